//! Lists of people who do not exist, of any size, for trying things out and for measuring.
//!
//! Their numbers are of the exchange 555 of real area codes, which no subscriber has: of 555-0100 to 555-0199 (kept for fiction)
//! while those last, otherwise of all of it but directory assistance.

use std::io::{self, Write};

/// Area codes with the state, a ZIP code there, and a town.
const PLACES: &[(&str, &str, &str, &str)] = &[
    ("205", "AL", "35203", "Birmingham"),
    ("907", "AK", "99501", "Anchorage"),
    ("602", "AZ", "85006", "Phoenix"),
    ("480", "AZ", "85201", "Mesa"),
    ("520", "AZ", "85701", "Tucson"),
    ("501", "AR", "72201", "Little Rock"),
    ("213", "CA", "90033", "Los Angeles"),
    ("310", "CA", "90401", "Santa Monica"),
    ("415", "CA", "94110", "San Francisco"),
    ("510", "CA", "94607", "Oakland"),
    ("619", "CA", "92101", "San Diego"),
    ("714", "CA", "92805", "Anaheim"),
    ("916", "CA", "95814", "Sacramento"),
    ("559", "CA", "93721", "Fresno"),
    ("303", "CO", "80205", "Denver"),
    ("719", "CO", "80903", "Colorado Springs"),
    ("203", "CT", "06510", "New Haven"),
    ("860", "CT", "06103", "Hartford"),
    ("302", "DE", "19801", "Wilmington"),
    ("202", "DC", "20009", "Washington"),
    ("305", "FL", "33125", "Miami"),
    ("407", "FL", "32801", "Orlando"),
    ("813", "FL", "33602", "Tampa"),
    ("850", "FL", "32501", "Pensacola"),
    ("904", "FL", "32202", "Jacksonville"),
    ("404", "GA", "30307", "Atlanta"),
    ("912", "GA", "31401", "Savannah"),
    ("808", "HI", "96817", "Honolulu"),
    ("208", "ID", "83702", "Boise"),
    ("312", "IL", "60614", "Chicago"),
    ("773", "IL", "60622", "Chicago"),
    ("217", "IL", "62701", "Springfield"),
    ("317", "IN", "46204", "Indianapolis"),
    ("219", "IN", "46402", "Gary"),
    ("515", "IA", "50309", "Des Moines"),
    ("316", "KS", "67202", "Wichita"),
    ("502", "KY", "40202", "Louisville"),
    ("504", "LA", "70112", "New Orleans"),
    ("207", "ME", "04101", "Portland"),
    ("410", "MD", "21201", "Baltimore"),
    ("301", "MD", "20910", "Silver Spring"),
    ("617", "MA", "02134", "Boston"),
    ("413", "MA", "01103", "Springfield"),
    ("313", "MI", "48209", "Detroit"),
    ("616", "MI", "49503", "Grand Rapids"),
    ("612", "MN", "55401", "Minneapolis"),
    ("601", "MS", "39201", "Jackson"),
    ("314", "MO", "63101", "St. Louis"),
    ("816", "MO", "64106", "Kansas City"),
    ("406", "MT", "59101", "Billings"),
    ("402", "NE", "68102", "Omaha"),
    ("702", "NV", "89101", "Las Vegas"),
    ("775", "NV", "89501", "Reno"),
    ("603", "NH", "03101", "Manchester"),
    ("201", "NJ", "07302", "Jersey City"),
    ("973", "NJ", "07102", "Newark"),
    ("505", "NM", "87102", "Albuquerque"),
    ("212", "NY", "10025", "New York"),
    ("646", "NY", "10011", "New York"),
    ("718", "NY", "11201", "Brooklyn"),
    ("716", "NY", "14202", "Buffalo"),
    ("518", "NY", "12207", "Albany"),
    ("704", "NC", "28202", "Charlotte"),
    ("919", "NC", "27601", "Raleigh"),
    ("701", "ND", "58102", "Fargo"),
    ("216", "OH", "44114", "Cleveland"),
    ("614", "OH", "43215", "Columbus"),
    ("513", "OH", "45202", "Cincinnati"),
    ("405", "OK", "73102", "Oklahoma City"),
    ("918", "OK", "74103", "Tulsa"),
    ("503", "OR", "97205", "Portland"),
    ("215", "PA", "19103", "Philadelphia"),
    ("412", "PA", "15222", "Pittsburgh"),
    ("717", "PA", "17101", "Harrisburg"),
    ("401", "RI", "02903", "Providence"),
    ("803", "SC", "29201", "Columbia"),
    ("605", "SD", "57104", "Sioux Falls"),
    ("615", "TN", "37203", "Nashville"),
    ("901", "TN", "38103", "Memphis"),
    ("210", "TX", "78205", "San Antonio"),
    ("214", "TX", "75202", "Dallas"),
    ("512", "TX", "78704", "Austin"),
    ("713", "TX", "77002", "Houston"),
    ("817", "TX", "76102", "Fort Worth"),
    ("915", "TX", "79912", "El Paso"),
    ("801", "UT", "84101", "Salt Lake City"),
    ("802", "VT", "05401", "Burlington"),
    ("703", "VA", "22201", "Arlington"),
    ("804", "VA", "23219", "Richmond"),
    ("206", "WA", "98118", "Seattle"),
    ("253", "WA", "98402", "Tacoma"),
    ("509", "WA", "99201", "Spokane"),
    ("304", "WV", "25301", "Charleston"),
    ("414", "WI", "53202", "Milwaukee"),
    ("608", "WI", "53703", "Madison"),
    ("307", "WY", "82001", "Cheyenne"),
    ("239", "FL", "33901", "Fort Myers"),
    ("561", "FL", "33401", "West Palm Beach"),
    ("727", "FL", "33701", "St. Petersburg"),
    ("954", "FL", "33301", "Fort Lauderdale"),
    ("770", "GA", "30060", "Marietta"),
    ("847", "IL", "60201", "Evanston"),
    ("630", "IL", "60540", "Naperville"),
    ("248", "MI", "48075", "Southfield"),
    ("734", "MI", "48104", "Ann Arbor"),
    ("651", "MN", "55101", "St. Paul"),
    ("631", "NY", "11772", "Patchogue"),
    ("914", "NY", "10601", "White Plains"),
    ("585", "NY", "14604", "Rochester"),
    ("336", "NC", "27401", "Greensboro"),
    ("330", "OH", "44308", "Akron"),
    ("610", "PA", "18101", "Allentown"),
];
const FIRST: &[&str] = &[
    "Ava",
    "Ben",
    "Cora",
    "Dev",
    "Ella",
    "Femi",
    "Grace",
    "Hugo",
    "Iris",
    "Jamal",
    "Kei",
    "Lena",
    "Malik",
    "Nadia",
    "Omar",
    "Priya",
    "Quinn",
    "Rosa",
    "Sam",
    "Tara",
    "Uma",
    "Viktor",
    "Wren",
    "Xander",
    "Yusuf",
    "Zoe",
    "Aaliyah",
    "Björn",
    "Chloé",
    "D\u{2019}Andre",
    "Fiona",
    "Hana",
    "Ifeoma",
    "Jean-Luc",
    "Kwame",
    "Mary-Ann",
    "Noor",
    "Óscar",
    "Siobhán",
    "MARGARET",
    "pat",
];
const SPANISH: &[&str] =
    &["María", "José", "Guadalupe", "Lucía", "Andrés", "Ximena", "Raúl", "Inés", "Joaquín", "Sofía", "Ramón"];
const LAST: &[&str] = &[
    "O'Neil",
    "de la Cruz",
    "McDonald",
    "García-López",
    "Nguyễn",
    "Smith",
    "Oyelaran",
    "van der Berg",
    "Kowalczyk",
    "Patel",
    "Washington",
    "Yamamoto",
    "St. Clair",
    "Papadopoulos",
    "Haddad",
    "Begay",
    "Kealoha",
    "Abernathy",
    "Castillo",
    "Dubois",
    "Eklund",
    "Fischer",
    "Grady",
    "Hollis",
    "Ivanova",
    "Jung",
    "MCALLISTER",
    "o'hara",
];
const POLLING: &[&str] = &["School", "Library", "Fire House", "Recreation Center", "City Hall", "Church Hall"];

/// Lines of an exchange that may be used: all but those kept for fiction, which come first, and those of directory assistance.
const LINES: u64 = 10_000 - 2;
const FICTION: u64 = 100;

/// So many people there can be.
pub const MOST: u64 = PLACES.len() as u64 * LINES;

/// The header, with what a rehearsal's script uses.
const HEADER: &str = "firstName,lastName,cell,zip,state,external_id,language,city_name,polling_place,event_date";

/// Writes so many of them, at most [`MOST`]; the same seed gives the same.
///
/// # Errors
/// As the system says.
pub fn write(to: &mut impl Write, rows: u64, seed: u64) -> io::Result<()> {
    writeln!(to, "{HEADER}")?;
    let places = PLACES.len() as u64;
    let lines = if rows <= places * FICTION { FICTION } else { LINES };
    let order = Order::new(places * lines, seed);
    for n in 0..rows {
        let at = order.at(n);
        let (place, line) = (at % places, line(at / places));
        let mix = mix(n ^ seed.rotate_left(17));
        let (area, state, zip, city) = of(PLACES, place);
        let spanish = mix.is_multiple_of(6);
        let first = if spanish { of(SPANISH, mix >> 8) } else { of(FIRST, mix >> 8) };
        let last = of(LAST, mix >> 16);
        let known = !(mix >> 24).is_multiple_of(9);
        let (zip, state) = if known { (zip, state) } else { ("", "") };
        let language = if spanish {
            "es"
        } else if (mix >> 32).is_multiple_of(3) {
            ""
        } else {
            "en"
        };
        let date = if spanish { "4 de junio" } else { "June 4" };
        writeln!(
            to,
            "{first},{last},({area}) 555-{line:04},{zip},{state},M{n},{language},{city},\"{city} {}, Room {}\",{date}",
            of(POLLING, mix >> 40),
            (mix >> 48) % 9 + 1
        )?;
    }
    Ok(())
}

fn of<T: Copy>(all: &[T], at: u64) -> T {
    all[usize::try_from(at % all.len() as u64).unwrap_or_default()]
}

/// The n-th line: 0100 to 0199 first.
fn line(n: u64) -> u64 {
    if n < FICTION {
        return 100 + n;
    }
    // 0000 to 0099, then from 0200 on, without 555-1212 and 555-4334.
    let plain = n - FICTION;
    let mut line = if plain < 100 { plain } else { plain + 100 };
    for taken in [1_212, 4_334] {
        line += u64::from(line >= taken);
    }
    line
}

/// All numbers below `all`, each once, in an order without sense.
struct Order {
    all: u64,
    step: u64,
    from: u64,
}

impl Order {
    fn new(all: u64, seed: u64) -> Self {
        let mut step = (mix(seed) % all) | 1;
        while common(step, all) != 1 {
            step += 2;
        }
        Self { all, step, from: mix(!seed) % all }
    }

    fn at(&self, n: u64) -> u64 {
        let at = u128::from(n) * u128::from(self.step) + u128::from(self.from);
        u64::try_from(at % u128::from(self.all)).unwrap_or_default()
    }
}

fn common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common(b, a % b) }
}

/// SplitMix64.
fn mix(key: u64) -> u64 {
    let mut z = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::exchange::contact_list::{Options, parse};

    #[test]
    fn everybody_can_be_texted_and_nobody_twice() {
        for (rows, fiction) in [(500, true), (13_000, false)] {
            let mut text = Vec::new();
            write(&mut text, rows, 7).unwrap();
            let list = parse(Path::new("m.csv"), &text, &Options::default()).unwrap();
            assert_eq!((list.problems.len(), list.texted, list.duplicates), (0, rows, 0));
            let middle = |phone: &str| phone[5..8] == *"555" && (!fiction || phone[8..10] == *"01");
            assert!(list.contacts.iter().all(|contact| middle(contact.phone.as_str())));
            let mut again = Vec::new();
            write(&mut again, rows, 7).unwrap();
            assert!(text == again);
            let mut other = Vec::new();
            write(&mut other, rows, 8).unwrap();
            assert!(text != other);
        }
    }

    #[test]
    fn every_line_is_there_once() {
        let lines: BTreeSet<u64> = (0..LINES).map(line).collect();
        assert_eq!(lines.len() as u64, LINES);
        assert!(lines.iter().all(|line| *line < 10_000) && !lines.contains(&1_212) && !lines.contains(&4_334));
    }
}
