//! A list behaves as a vector does, one in order of key as a map; what versions share is not looked at.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Row = (u16, u16);

#[derive(Clone, Debug)]
enum Change {
    Put(u16, u16),
    Take(u16),
    Retain(u16),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (0..2000_u16, 0..3_u16).prop_map(|(key, value)| Change::Put(key, value)),
        3 => (0..2000_u16).prop_map(Change::Take),
        1 => (2..50_u16).prop_map(Change::Retain),
    ]
}

/// What is told twice is the same as what is found by a look at everything.
fn agree(list: &Pieces<Row>, map: &BTreeMap<u16, u16>, before: &Pieces<Row>) {
    let rows: Vec<Row> = map.iter().map(|(key, value)| (*key, *value)).collect();
    assert_eq!(list.iter().copied().collect::<Vec<_>>(), rows);
    assert_eq!((list.len(), list.iter().len(), list.is_empty()), (rows.len(), rows.len(), rows.is_empty()));
    assert!(list.shape.pieces.iter().all(|piece| (1..=MOST).contains(&piece.len())));
    for key in [0, 1, 700, 1999, 2001] {
        assert_eq!(list.find(&key).map(|row| row.1), map.get(&key).copied());
        let rest: Vec<u16> = map.range(key..).map(|(key, _)| *key).collect();
        assert_eq!(list.from_key(&key).map(|row| row.0).collect::<Vec<_>>(), rest);
    }
    let old: BTreeMap<u16, u16> = before.iter().copied().collect();
    let mut replayed = old.clone();
    for Difference { before, now } in list.differences(before) {
        let key = before.or(now).map(|row| row.0).unwrap();
        assert_eq!(before.map(|row| row.1), old.get(&key).copied());
        match now {
            Some((key, value)) => drop(replayed.insert(*key, *value)),
            None => drop(replayed.remove(&key)),
        }
    }
    assert_eq!(&replayed, map);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_list_in_order_of_key_is_a_map(start in vec((0..2000_u16, 0..3_u16), 0..1500), changes in vec(vec(change(), 0..40), 1..6)) {
        let mut map: BTreeMap<u16, u16> = BTreeMap::new();
        for (key, value) in &start {
            map.entry(*key).or_insert(*value);
        }
        let mut list: Pieces<Row> = Pieces::ordered(start);
        agree(&list, &map, &Pieces::new());
        for changes in changes {
            let before = list.clone();
            for change in changes {
                match change {
                    Change::Put(key, value) => {
                        let old = list.put((key, value)).map(|row| row.1);
                        prop_assert_eq!(old, map.insert(key, value));
                    }
                    Change::Take(key) => prop_assert_eq!(list.take(&key).map(|row| row.1), map.remove(&key)),
                    Change::Retain(every) => {
                        list.retain(|(key, _)| key % every != 1);
                        map.retain(|key, _| key % every != 1);
                    }
                }
            }
            agree(&list, &map, &before);
        }
    }

    #[test]
    fn a_list_is_a_vector(start in 0..1000_usize, changes in vec((any::<prop::sample::Index>(), any::<bool>()), 0..200)) {
        let mut plain: Vec<usize> = (0..start).collect();
        let mut list: Pieces<usize> = plain.iter().copied().collect();
        for (number, (at, remove)) in changes.into_iter().enumerate() {
            if remove && !plain.is_empty() {
                let at = at.index(plain.len());
                prop_assert_eq!(list.remove(at), plain.remove(at));
            } else {
                let at = at.index(plain.len() + 1);
                list.insert(at, number);
                plain.insert(at, number);
            }
        }
        prop_assert_eq!(list.iter().copied().collect::<Vec<_>>(), plain.clone());
        prop_assert_eq!((0..=plain.len()).map(|at| list.get(at).copied()).collect::<Vec<_>>(), (0..=plain.len()).map(|at| plain.get(at).copied()).collect::<Vec<_>>());
    }

    #[test]
    fn a_list_made_of_another_is_what_it_would_be_anew(changes in vec(vec(change(), 0..20), 1..5)) {
        let mut list: Pieces<Row> = (0..1500).map(|key| (key, 0)).collect();
        let number = |row: &Row| u32::from(row.0) * 10 + u32::from(row.1);
        let make = |row: &Row, known: Option<&u32>| Ok::<u32, ()>(known.copied().unwrap_or_else(|| number(row)));
        let (mut trace, mut made) = (list.trace(), list.again(None, |_, _| true, make).unwrap());
        for changes in changes {
            for change in changes {
                match change {
                    Change::Put(key, value) => drop(list.put((key, value))),
                    Change::Take(key) => drop(list.take(&key)),
                    Change::Retain(every) => list.retain(|(key, _)| key % every != 1),
                }
            }
            for Stretch { here, there } in list.stretches(&trace) {
                let Some(there) = there else { continue };
                let is = here.zip(there).all(|(here, there)| number(&list[here]) == made[there]);
                prop_assert!(is);
            }
            made = list.again(Some((&trace, &made)), |row, _| row.0 != 700, make).unwrap();
            trace = list.trace();
            let anew: Vec<u32> = list.iter().map(number).collect();
            prop_assert_eq!(made.iter().copied().collect::<Vec<_>>(), anew);
        }
    }
}

#[test]
fn a_change_copies_one_piece_and_tells_of_little() {
    let before: Pieces<Row> = (0..10_000).map(|key| (key, 0)).collect();
    let mut now = before.clone();
    now.put((5000, 1));
    let shared = before.shape.pieces.iter().zip(&now.shape.pieces).filter(|(before, now)| Arc::ptr_eq(before, now));
    assert_eq!(shared.count(), before.shape.pieces.len() - 1);
    let told: Vec<_> = now.differences(&before).filter(|one| one.before != one.now).collect();
    assert_eq!(told, [Difference { before: Some(&(5000, 0)), now: Some(&(5000, 1)) }]);
    let mut asked = 0;
    let make = |row: &Row, _: Option<&u16>| {
        asked += 1;
        Ok::<u16, ()>(row.1)
    };
    let made = before.again(None, |_, _| true, |row, _| Ok::<u16, ()>(row.1)).unwrap();
    let again = now.again(Some((&before.trace(), &made)), |_, _| true, make).unwrap();
    assert!(asked <= MOST && again.len() == made.len(), "{asked}");
}

#[test]
fn a_trace_does_not_hold_what_is_gone() {
    let list: Pieces<Arc<u8>> = (0..3).map(Arc::new).collect();
    let first = list[0].clone();
    let trace = list.trace();
    drop(list);
    assert_eq!(Arc::strong_count(&first), 1);
    let other: Pieces<Arc<u8>> = (0..3).map(Arc::new).collect();
    assert!(other.stretches(&trace).iter().all(|stretch| stretch.there.is_none()));
}
