# El modo lineal. Corto, lo importante primero: todo esto se oye, mucho de ello mil veces.

plain-rehearsal = ENSAYO. Los votantes son inventados; nada llega a un teléfono real.
plain-real-voters = VOTANTES REALES. Lo que envíes llega a teléfonos reales.
plain-greeting = Escribe una letra o una palabra y pulsa Intro. Intro solo lo repite y nunca envía. Un signo de interrogación dice qué puedes hacer.
plain-greeting-captain = Escribe una letra, una palabra o un número y pulsa Intro. Intro solo lee el tablero. Un signo de interrogación dice qué puedes hacer.
plain-hint = { $word }: { $label }.
plain-everything = todo lo que puedes hacer
plain-can = Lo que puedes hacer ahora, en { $place }:
plain-can-always = Siempre: Intro solo: repetir. status: cómo está todo. keys: todas las teclas y nombres.
plain-can-names = También vale el nombre de una acción, por ejemplo: wrong number.
plain-table = Teclas y nombres. Primero lo que vale aquí, en { $place }.
plain-unknown = No conozco "{ $line }". No se hizo nada. Un signo de interrogación dice qué puedes hacer.
plain-elsewhere = Aquí no. Vale en: { $places }.
plain-no-such-number = Hay números hasta { $most }. No se hizo nada.
plain-no-number = Aquí no hay nada con ese número. No se hizo nada.
plain-not-sent = No se envió: cambió mientras tanto. Aquí está de nuevo.
plain-thrown-away = Descartado: lo escrito antes de leerse el texto, o varias líneas a la vez. No se hizo nada.
plain-no-editor = Un editor necesita una terminal.
plain-no-panes = Aquí no hay paneles: todo viene en líneas.
plain-online = De nuevo en línea.
plain-time-between = entre { $from } y { $to } allí

plain-words-whole = t, texto
plain-words-more = m, más
plain-words-anew = i, otra vez
plain-words-status = status, estado
plain-words-table = keys, teclas

plain-label-whole = el texto entero
plain-label-more = toda la conversación
plain-label-anew = escribirlo de nuevo

plain-ask-card = ¿Enviar?
plain-ask-blocked = Este no se puede enviar.
plain-ask-wait = Un momento.
plain-ask-idle = Nada que enviar ahora. Intro dice lo nuevo.
plain-ask-inbox = ¿Qué número?
plain-ask-thread = ¿Qué para { $name }?
plain-ask-reply = ¿Enviar esta respuesta?
plain-ask-text = Escribe a { $name }, una línea. Intro solo vuelve.
plain-ask-read = ¿Leído?
plain-ask-score = Ese fue tu turno.
plain-ask-nobody = Nadie a quien contestar aquí. Intro dice lo nuevo.
plain-ask-number = ¿Qué número?
plain-ask-search = ¿Qué número? O una palabra que buscar. Intro solo vuelve.
plain-ask-typed = Escríbelo. Intro solo vuelve.
plain-ask-board = ¿Qué voluntario, o qué?

plain-of = { $n } de { $total }.
plain-text = Texto: { $text }
plain-cannot = No se puede enviar: { $why }
plain-first-text = el primer texto
plain-act = Anotado: { $what }.
plain-thread = Conversación con { $name }.
plain-thread-earlier = Solo lo último. m lo dice todo.
plain-thread-older = Hay mensajes más antiguos en el servidor: ve al principio con "top".
plain-draft = Aquí hay una respuesta empezada.
plain-reply = Tu respuesta a { $name }:
plain-waits = espera { $age }
plain-inbox = Respuestas, { $filter }: { $n }.
plain-inbox-more = Y { $n } más. m dice las siguientes.
plain-new-reply = { $name } contestó (esperan { $waiting }): { $text }
plain-new-replies = { $n } respuestas nuevas. Esperan: { $waiting }.
plain-status = { $done } de { $total } primeros textos hechos. Enviados ahora: { $sent }. Respuestas enviadas: { $replied }. Esperan tu respuesta: { $waiting }.
plain-board-held = { $n } retenidos para que decidas
plain-needs-terminal = En una campaña real se trabaja en una terminal: de ella y de nada más se leen tus teclas, pues cada texto pide una pulsación de una persona. Solo un ensayo admite una tubería: textbank rehearse.
