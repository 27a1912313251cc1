//! Sources in order: the first that has keys wins, and why each before it had none is kept.

use super::source::{CredentialSource, Found, NoKeys};

/// Sources in order.
pub(crate) struct Chain(pub(crate) Vec<Box<dyn CredentialSource>>);

impl Chain {
    /// The keys of the first source that has some. A source that is there but does not work is passed over, unless
    /// it is `faithful` to: then the keys that it gave before are better than those of somebody else.
    pub(crate) async fn fetch(&self, faithful: Option<&str>) -> Result<Found, Vec<NoKeys>> {
        let mut passed = Vec::new();
        for source in &self.0 {
            match source.fetch().await {
                Ok(found) => return Ok(Found { passed, ..found }),
                Err(lack) => {
                    let stays = !lack.absent && faithful == Some(source.name());
                    passed.push(lack);
                    if stays {
                        break;
                    }
                }
            }
        }
        Err(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Keys;
    use super::super::source::Fetching;
    use super::*;
    use model::Secret;

    struct Is(&'static str, Option<bool>);

    impl CredentialSource for Is {
        fn name(&self) -> &'static str {
            self.0
        }

        fn fetch(&self) -> Fetching<'_> {
            let keys =
                Keys { access_key: "AK".into(), secret_key: Secret::new("s"), session_token: None, expires: None };
            let result = match self.1 {
                None => Ok(Found::new(keys, self.0, "")),
                Some(true) => Err(NoKeys::absent(self.0, "")),
                Some(false) => Err(NoKeys::broken(self.0, "", "")),
            };
            Box::pin(async { result })
        }
    }

    const ABSENT: Option<bool> = Some(true);
    const BROKEN: Option<bool> = Some(false);

    #[tokio::test]
    async fn the_first_that_has_keys_wins() {
        let cases = [
            ([None, None, None], None, Some(("a", 0))),
            ([ABSENT, None, None], None, Some(("b", 1))),
            ([BROKEN, None, None], None, Some(("b", 1))),
            ([BROKEN, ABSENT, BROKEN], None, None),
            // keys of b still serve: another identity would be a surprise
            ([ABSENT, BROKEN, None], Some("b"), None),
            ([ABSENT, ABSENT, None], Some("b"), Some(("c", 2))),
            ([None, BROKEN, None], Some("b"), Some(("a", 0))),
        ];
        for (sources, faithful, expected) in cases {
            let chain = Chain(["a", "b", "c"].into_iter().zip(sources).map(|(n, s)| Box::new(Is(n, s)) as _).collect());
            let found = chain.fetch(faithful).await.ok().map(|found| (found.provider, found.passed.len()));
            assert_eq!(found, expected, "{sources:?} {faithful:?}");
        }
    }
}
