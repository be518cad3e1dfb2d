// Writes segments.jsonl: what another counter makes of texts.
//
// Usage: npm install sms-segments-calculator@1.3.0 somewhere, then: NODE_PATH=somewhere/node_modules node make_segments.mjs
// (in tests/vectors; asks no network). sms-segments-calculator is Twilio's (MIT License); what it answers is data made with it.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
const { SegmentedMessage } = createRequire(import.meta.url)('sms-segments-calculator');

let state = 20261103;
const below = (n) => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return Math.floor((state / 4294967296) * n); };
const ALPHABETS = [
  ['a', 'b', ' ', 'Q', '7'],
  ['a', '€', '^', '{', '}', '\\', '[', ']', '~', '|'],
  ['a', 'é', 'ñ', 'ü', 'Ç', 'Ø', 'Δ', '¿', '¡', '@', '£', '\n'],
  ['a', 'á', 'í', 'ó', 'ú', '’', '“', '—', '…'],
  ['a', '😀', '李', 'ж', '👍'],
  ['e\u0301', '👩‍👩‍👧', '🇺🇸', '👍🏽', 'a'],
];
const LENGTHS = [1, 5, 66, 67, 69, 70, 71, 133, 134, 135, 152, 153, 159, 160, 161, 200, 201, 305, 306, 307, 330, 459, 460];
const lines = [];
const add = (pieces) => {
  const text = pieces.map(([piece, many]) => piece.repeat(many)).join('');
  const message = new SegmentedMessage(text, 'auto', false);
  const units = message.encodingName === 'GSM-7' ? message.messageSize / 7 : message.messageSize / 16;
  lines.push(JSON.stringify([pieces, message.encodingName, message.segmentsCount, units]));
};
for (const alphabet of ALPHABETS) {
  for (const length of LENGTHS) {
    for (let n = 0; n < 4; n++) {
      const pieces = [];
      let left = length;
      while (left > 0) {
        const run = Math.min(left, 1 + below(n < 2 ? 60 : 4));
        pieces.push([alphabet[below(alphabet.length)], run]);
        left -= run;
        if (pieces.length > 12) { pieces.push([alphabet[0], left]); left = 0; }
      }
      add(pieces.filter(([, many]) => many > 0));
    }
  }
}
for (const text of ['', 'Hi Ana, it\'s Robin with Example Neighbors. Reply STOP to opt out.', '¿Votará el 4 de junio?', '\f', '\r\n', '\u00a0', 'ç', 'Ω', '`', '\t']) add([[text, 1]]);
writeFileSync(new URL('segments.jsonl', import.meta.url), lines.join('\n') + '\n');
console.log(lines.length);
