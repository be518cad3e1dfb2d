use jiff::Timestamp;
use pretty_assertions::assert_eq;

use super::*;

const ANN: PersonId = PersonId(1);
const BEA: PersonId = PersonId(2);
const ONE: CampaignId = CampaignId(1);

fn told(seq: u64, campaign: i64, person: Option<PersonId>, captains_only: bool) -> Told {
    let (campaign, payload) = (CampaignId(campaign), format!(r#"{{"event":"snapshot","after":{seq}}}"#));
    Told { seq, at: Timestamp::UNIX_EPOCH, campaign, person, captains_only, payload }
}

fn of_ann(seqs: std::ops::Range<u64>) -> Vec<Told> {
    seqs.map(|seq| told(seq, 1, Some(ANN), false)).collect()
}

fn running(keeps: Keeps) -> Tail {
    let tail = Tail::keeping(keeps);
    lock(&tail.hub).course = Course::Runs;
    tail
}

fn take(tail: &Tail, told: &[Told]) {
    lock(&tail.hub).take(told, tail.keeps);
}

fn who(person: PersonId) -> Who {
    Who { campaign: ONE, person, captain: false }
}

fn here(join: Join) -> (Vec<u64>, Place) {
    match join {
        Join::Here(missed, place) => (missed.iter().map(|line| line.seq).collect(), place),
        other => panic!("{other:?}"),
    }
}

/// All that is in it; the second is true when it was dropped.
async fn drained(place: &mut Place) -> (Vec<u64>, bool) {
    let mut seqs = Vec::new();
    loop {
        match tokio::time::timeout(Duration::ZERO, place.next()).await {
            Ok(Some(line)) => seqs.push(line.seq),
            Ok(None) => return (seqs, true),
            Err(_) => return (seqs, false),
        }
    }
}

#[tokio::test]
async fn an_event_goes_to_those_whom_it_concerns_and_to_nobody_else() {
    let tail = running(Keeps::default());
    let (_, mut ann) = here(tail.join(who(ANN), 0));
    let (_, mut ann_too) = here(tail.join(who(ANN), 3));
    let (_, mut captain) = here(tail.join(Who { captain: true, ..who(BEA) }, 0));
    let (_, mut elsewhere) = here(tail.join(Who { campaign: CampaignId(2), captain: true, ..who(ANN) }, 0));
    let events = [
        told(1, 1, Some(ANN), false),
        told(2, 1, Some(BEA), false),
        told(3, 1, None, true),
        told(4, 1, None, false),
        told(5, 2, Some(ANN), false),
    ];
    take(&tail, &events);
    assert_eq!(drained(&mut ann).await, (vec![1, 4], false));
    assert_eq!(drained(&mut ann_too).await, (vec![4], false), "what it has is not told again");
    assert_eq!(drained(&mut captain).await, (vec![2, 3, 4], false));
    assert_eq!(drained(&mut elsewhere).await, (vec![5], false));
    // Whoever comes later is told the same.
    assert_eq!(here(tail.join(who(ANN), 0)).0, [1, 4]);
    assert_eq!(here(tail.join(Who { captain: true, ..who(BEA) }, 2)).0, [3, 4]);
}

#[tokio::test]
async fn a_slow_one_is_dropped_and_finds_all_it_missed() {
    let tail = running(Keeps { queue: 3, ..Keeps::default() });
    let (_, mut slow) = here(tail.join(who(ANN), 0));
    let (_, mut quick) = here(tail.join(who(ANN), 0));
    let mut quick_saw = Vec::new();
    for event in of_ann(1..12) {
        take(&tail, &[event]);
        quick_saw.extend(drained(&mut quick).await.0);
    }
    assert_eq!(quick_saw, (1..12).collect::<Vec<_>>(), "nobody is held up by another");
    assert_eq!(tail.readers(), 1);
    let (mut saw, dropped) = drained(&mut slow).await;
    assert!(dropped);
    let mut parts = 0;
    loop {
        match tail.join(who(ANN), saw.last().copied().expect("some")) {
            Join::Part(missed) => {
                assert_eq!(missed.len(), 3, "never more at once than a queue");
                saw.extend(missed.iter().map(|line| line.seq));
                parts += 1;
            }
            other => {
                saw.extend(here(other).0);
                break;
            }
        }
    }
    assert_eq!((saw, parts), ((1..12).collect::<Vec<_>>(), 2));
}

#[test]
fn what_is_kept_is_bounded_and_what_is_not_kept_is_in_the_table_or_a_snapshot() {
    let tail = running(Keeps { queue: 8, bytes: 2_000, gap: 100, ..Keeps::default() });
    for seq in 1..1_000 {
        take(&tail, &of_ann(seq..seq + 1));
        let hub = lock(&tail.hub);
        assert!(hub.bytes <= 2_000, "{}", hub.bytes);
        assert_eq!(hub.bytes, hub.kept.iter().map(|kept| kept.line.size()).sum::<usize>());
    }
    let since = lock(&tail.hub).since;
    assert!((980..998).contains(&since), "{since}");
    assert!(matches!(tail.join(who(ANN), since), Join::Here(..) | Join::Part(_)));
    assert!(matches!(tail.join(who(ANN), since - 1), Join::Table { at: 999 }));
    assert!(matches!(tail.join(who(ANN), 899), Join::Table { at: 999 }));
    assert!(matches!(tail.join(who(ANN), 898), Join::TooOld { at: 999 }));
    assert_eq!(tail.readers(), 0);
}

fn of_voter(seq: u64, hour: i64, payload: &str) -> Told {
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
    Told { at, payload: payload.to_owned(), ..told(seq, 1, Some(ANN), false) }
}

const WORDS: &str = r#"{"event":"returned","contact":7,"message":"00000000-0000-0000-0000-000000000000","kind":"initial","body":"Hi Kim","why":"too_late"}"#;

#[test]
fn nothing_is_kept_of_whoever_is_erased() {
    let tail = running(Keeps::default());
    take(&tail, &[of_voter(1, 0, WORDS), of_voter(2, 0, &WORDS.replace('7', "8"))]);
    take(&tail, &[of_voter(3, 0, r#"{"event":"gone","contact":7,"why":"released"}"#)]);
    let kept = || lock(&tail.hub).kept.iter().map(|kept| kept.line.data.clone()).collect::<Vec<_>>();
    assert_eq!(kept().iter().filter(|data| data.contains("Hi Kim")).count(), 2);
    take(&tail, &[of_voter(4, 0, r#"{"event":"gone","contact":7,"why":"erased"}"#)]);
    let now = kept();
    assert!(!now[0].contains("Kim") && now[1].contains("Hi Kim"), "{now:?}");
    let event: Event = serde_json::from_str(&now[0]).expect("an event");
    assert_eq!(event.seq, 1);
    assert!(matches!(event.what, EventKind::Gone { contact: ContactId(7), .. }));
    assert_eq!(here(tail.join(who(ANN), 0)).0, [1, 2, 3, 4], "with its number");
    let hub = lock(&tail.hub);
    assert_eq!(hub.bytes, hub.kept.iter().map(|kept| kept.line.size()).sum::<usize>());
}

#[test]
fn nothing_older_than_its_time_is_kept() {
    let tail = running(Keeps { hours: 12, ..Keeps::default() });
    take(&tail, &[of_voter(1, 0, WORDS), of_voter(2, 11, WORDS), of_voter(3, 12, WORDS)]);
    assert!(matches!(tail.join(who(ANN), 0), Join::Here(..)));
    take(&tail, &[of_voter(4, 13, WORDS)]);
    assert!(matches!(tail.join(who(ANN), 0), Join::Table { at: 4 }));
    assert_eq!(here(tail.join(who(ANN), 1)).0, [2, 3, 4]);
    // Also when nothing new comes.
    tail.forget_old(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(26));
    assert_eq!(lock(&tail.hub).kept.len(), 0);
    assert_eq!(lock(&tail.hub).bytes, 0);
}

#[test]
fn who_leaves_leaves_nothing_behind() {
    let tail = running(Keeps::default());
    let places: Vec<_> = [ANN, ANN, BEA].map(|person| here(tail.join(who(person), 0)).1).into();
    assert_eq!(tail.readers(), 3);
    drop(places);
    assert!(lock(&tail.hub).readers.is_empty());
}

#[test]
fn an_event_of_another_version_is_passed_on_as_it_stands() {
    let mut event = told(7, 1, None, false);
    event.payload = r#"{"event":"sung","by":{"all":"of us"}}"#.into();
    let line = Line::of(&event).expect("a line");
    assert_eq!(line.name, "sung");
    assert_eq!(line.data, r#"{"seq":7,"at":"1970-01-01T00:00:00Z","event":"sung","by":{"all":"of us"}}"#);
    for odd in ["", "[]", "{}", r#"{"event":"a\nb"}"#, r#"{"event":""}"#, r#"{"event":"Å"}"#] {
        event.payload = odd.into();
        assert!(Line::of(&event).is_none(), "{odd}");
    }
}
