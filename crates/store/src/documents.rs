//! All documents of a store at one moment: in order of key, shared with the moments before and after.

use crate::{Change, Document, Revision};
use pieces::{Difference, Differences, Iter, Keyed, Pieces};
use std::time::SystemTime;

/// Documents in order of key. A copy costs nothing, and a change little, however many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    all: Pieces<Document>,
    /// Those that will cease to be, the first one first.
    ends: Pieces<End>,
}

impl Keyed for Document {
    type Key = str;

    fn key(&self) -> &str {
        &self.key
    }
}

/// When a document ceases to be, and its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End(SystemTime, String);

impl Keyed for End {
    type Key = Self;

    fn key(&self) -> &Self {
        self
    }
}

impl End {
    fn of(document: &Document) -> Option<Self> {
        Some(Self(document.expires?, document.key.clone()))
    }
}

impl Documents {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, in order of key.
    pub fn iter(&self) -> Iter<'_, Document> {
        self.all.iter()
    }

    /// Those from a key on.
    pub fn from_key(&self, key: &str) -> Iter<'_, Document> {
        self.all.from_key(key)
    }

    /// The document of this key.
    pub fn find(&self, key: &str) -> Option<&Document> {
        self.all.find(key)
    }

    /// What became of older documents on the way to these. Some may be told of that are the same.
    pub fn differences<'a>(&'a self, before: &'a Self) -> Differences<'a, Document> {
        self.all.differences(&before.all)
    }

    /// Puts a document in its place, and hands back what stood there.
    pub fn put(&mut self, document: Document) -> Option<Document> {
        let end = End::of(&document);
        let before = self.all.put(document);
        self.ended(before.as_ref());
        if let Some(end) = end {
            self.ends.put(end);
        }
        before
    }

    /// Takes a document out.
    pub fn take(&mut self, key: &str) -> Option<Document> {
        let gone = self.all.take(key);
        self.ended(gone.as_ref());
        gone
    }

    fn ended(&mut self, gone: Option<&Document>) {
        if let Some(end) = gone.and_then(End::of) {
            self.ends.take(&end);
        }
    }

    /// As they would be after these changes.
    pub fn change(&mut self, changes: &[Change], at: Revision) {
        for change in changes {
            match change {
                Change::Put { key, bytes, expires } => {
                    let created = self.find(key).map_or(at, |old| old.created);
                    let (key, bytes, expires) = (key.clone(), bytes.clone(), *expires);
                    self.put(Document { key, bytes, created, modified: at, expires });
                }
                Change::Remove { key } => drop(self.take(key)),
            }
        }
    }

    /// When the first of them ceases to be.
    pub fn first_end(&self) -> Option<SystemTime> {
        self.ends.get(0).map(|end| end.0)
    }

    /// The keys of those that have ceased to be.
    pub fn over(&self, now: SystemTime) -> impl Iterator<Item = &str> {
        self.ends.iter().take_while(move |end| end.0 <= now).map(|end| end.1.as_str())
    }

    /// Without those that have ceased to be.
    pub fn live(mut self, now: SystemTime) -> Self {
        let over: Vec<String> = self.over(now).map(str::to_owned).collect();
        over.iter().for_each(|key| drop(self.take(key)));
        self
    }
}

/// Of equal keys the first stays.
impl FromIterator<Document> for Documents {
    fn from_iter<I: IntoIterator<Item = Document>>(documents: I) -> Self {
        let all = Pieces::ordered(documents);
        let ends = Pieces::ordered(all.iter().filter_map(End::of));
        Self { all, ends }
    }
}

impl<const N: usize> From<[Document; N]> for Documents {
    fn from(documents: [Document; N]) -> Self {
        documents.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Documents {
    type Item = &'a Document;
    type IntoIter = Iter<'a, Document>;

    fn into_iter(self) -> Iter<'a, Document> {
        self.iter()
    }
}

impl Document {
    /// Whether this is the same state of the same document.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.created, self.modified) == (other.created, other.modified) && self.bytes == other.bytes
    }
}

/// Whether a difference is one of states, not only of pieces.
pub fn differs(difference: &Difference<'_, Document>) -> bool {
    match (difference.before, difference.now) {
        (Some(before), Some(now)) => !before.is_same(now),
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn document(key: &str, seconds: Option<u64>) -> Document {
        let expires = seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let revision = Revision(1);
        Document { key: key.into(), bytes: Default::default(), created: revision, modified: revision, expires }
    }

    #[test]
    fn documents_cease_to_be_in_the_order_of_their_ends() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut all: Documents =
            [document("c", Some(5)), document("a", Some(9)), document("b", None), document("d", Some(5))].into();
        assert_eq!(all.first_end(), Some(at(5)));
        assert_eq!(all.over(at(5)).collect::<Vec<_>>(), ["c", "d"]);
        all.put(document("d", Some(7)));
        all.put(document("b", Some(3)));
        all.put(document("b", None));
        all.take("c");
        assert_eq!(all.first_end(), Some(at(7)));
        let live = all.clone().live(at(8));
        assert_eq!(live.iter().map(|document| document.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((live.first_end(), all.len()), (Some(at(9)), 3));
    }

    #[test]
    fn changes_keep_the_revision_at_which_a_document_came_to_be() {
        let put = |key: &str| Change::Put { key: key.into(), bytes: "x".into(), expires: None };
        let before: Documents = [document("a", None), document("b", None)].into();
        let mut now = before.clone();
        now.change(
            &[put("a"), put("c"), Change::Remove { key: "b".into() }, Change::Remove { key: "z".into() }],
            Revision(4),
        );
        let seen: Vec<_> = now.iter().map(|one| (one.key.as_str(), one.created.0, one.modified.0)).collect();
        assert_eq!(seen, [("a", 1, 4), ("c", 4, 4)]);
        let told: Vec<_> =
            now.differences(&before).filter(differs).map(|one| one.before.or(one.now).unwrap().key.as_str()).collect();
        assert_eq!(told, ["a", "b", "c"]);
    }
}
