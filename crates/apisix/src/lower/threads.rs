//! Very many things that do not depend on each other are made by several threads.

/// More things than this are worth it.
const MANY: usize = 1000;

/// What is made of each thing, in their order.
pub(super) fn of_each<T: Sync, U: Send>(things: &[T], make: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if things.len() <= MANY || threads == 1 {
        return things.iter().map(make).collect();
    }
    std::thread::scope(|scope| {
        let make = &make;
        let mut parts = Vec::new();
        for part in things.chunks(things.len().div_ceil(threads)) {
            parts.push(scope.spawn(move || part.iter().map(make).collect::<Vec<_>>()));
        }
        parts.into_iter().flat_map(|part| part.join().expect("what is made of a thing does not panic")).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_stands_in_the_order_of_what_it_was_made_of() {
        for number in [0, 1, MANY, MANY + 1, 3 * MANY + 7] {
            let things: Vec<usize> = (0..number).collect();
            let expected: Vec<String> = things.iter().map(usize::to_string).collect();
            assert_eq!(of_each(&things, usize::to_string), expected, "{number}");
        }
    }
}
