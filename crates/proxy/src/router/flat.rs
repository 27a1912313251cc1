//! Small pieces of an index laid side by side: with very many routes a look-up costs what it touches in memory.

/// Places whose host and path hold alike, best first: one stands here itself, several in a [`Pool`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Places {
    /// The place, or where the places begin.
    at: u32,
    number: u32,
}

/// A text: a short one stands here itself, a long one in a [`Pool`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    bytes: [u8; SHORT],
    /// Length of a short text; [`LONG`] for a long one, whose beginning and length are the first eight bytes.
    length: u8,
}

const SHORT: usize = 23;
const LONG: u8 = u8::MAX;

/// What does not fit into its place.
#[derive(Default)]
pub(super) struct Pool {
    places: Vec<u32>,
    texts: Vec<u8>,
}

impl Pool {
    pub(super) fn keep_places(&mut self, places: &[u32]) -> Places {
        let number = count(places.len());
        if let [one] = places {
            return Places { at: *one, number };
        }
        let at = count(self.places.len());
        self.places.extend_from_slice(places);
        Places { at, number }
    }

    pub(super) fn keep_text(&mut self, text: &[u8]) -> Text {
        let mut bytes = [0; SHORT];
        if let Some(room) = bytes.get_mut(..text.len()) {
            room.copy_from_slice(text);
            return Text { bytes, length: text.len() as u8 };
        }
        bytes[..4].copy_from_slice(&count(self.texts.len()).to_ne_bytes());
        bytes[4..8].copy_from_slice(&count(text.len()).to_ne_bytes());
        self.texts.extend_from_slice(text);
        Text { bytes, length: LONG }
    }

    pub(super) fn places<'a>(&'a self, places: &'a Places) -> &'a [u32] {
        match places.number {
            1 => std::slice::from_ref(&places.at),
            number => &self.places[places.at as usize..][..number as usize],
        }
    }

    pub(super) fn text<'a>(&'a self, text: &'a Text) -> &'a [u8] {
        if text.length != LONG {
            return &text.bytes[..usize::from(text.length)];
        }
        let number = |at: usize| {
            let four = &text.bytes[at..at + 4];
            u32::from_ne_bytes([four[0], four[1], four[2], four[3]]) as usize
        };
        &self.texts[number(0)..][..number(4)]
    }

    /// Gives back what was kept in reserve.
    pub(super) fn settle(&mut self) {
        self.places.shrink_to_fit();
        self.texts.shrink_to_fit();
    }
}

/// A number or length of an index.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a table has fewer than four billion pieces")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_pieces_read_as_they_were_kept() {
        let mut pool = Pool::default();
        let texts: Vec<Vec<u8>> = [0, 1, SHORT, SHORT + 1, 500, 3].map(|length| vec![length as u8; length]).into();
        let kept: Vec<Text> = texts.iter().map(|text| pool.keep_text(text)).collect();
        assert_eq!(kept.iter().map(|text| pool.text(text).to_vec()).collect::<Vec<_>>(), texts);
        let lists = [vec![], vec![7], vec![1, 2, 3], vec![], vec![4, 5]];
        let kept: Vec<Places> = lists.iter().map(|places| pool.keep_places(places)).collect();
        assert_eq!(kept.iter().map(|places| pool.places(places).to_vec()).collect::<Vec<_>>(), lists);
    }
}
