//! Cases of `cached`.

use super::super::Fetching;
use super::*;
use model::Secret;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::oneshot;

/// A source played by hand: each fetch takes the next turn.
#[derive(Default)]
struct Script {
    turns: Mutex<VecDeque<oneshot::Receiver<Result<Keys, NoKeys>>>>,
    asked: AtomicUsize,
    lifetime: Option<Duration>,
}

impl CredentialSource for Script {
    fn credentials(&self) -> Fetching<'_> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let turn = self.turns.lock().unwrap().pop_front().expect("a fetch that the test expects");
        Box::pin(async { turn.await.unwrap() })
    }

    fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }
}

impl Script {
    fn turn(&self) -> oneshot::Sender<Result<Keys, NoKeys>> {
        let (tell, turn) = oneshot::channel();
        self.turns.lock().unwrap().push_back(turn);
        tell
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn keys(name: &str, expires: Option<Duration>) -> Result<Keys, NoKeys> {
    let expires = expires.map(|after| SystemTime::now() + after);
    Ok(Keys { access_key: name.to_owned(), secret_key: Secret::new("s"), session_token: None, expires })
}

fn cached(lifetime: Option<Duration>) -> (Arc<Script>, Cached) {
    let script = Arc::new(Script { lifetime, ..Script::default() });
    (script.clone(), Cached::new(script))
}

async fn name(cached: &Cached) -> Result<String, CallError> {
    cached.keys().await.map(|keys| keys.access_key.clone())
}

/// Lets all tasks do what they can.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn all_who_wait_share_one_fetch() {
    let (script, cached) = cached(None);
    let tell = script.turn();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let cached = cached.clone();
            tokio::spawn(async move { name(&cached).await.unwrap() })
        })
        .collect();
    settle().await;
    tell.send(keys("one", None)).unwrap();
    for each in waiting {
        assert_eq!(each.await.unwrap(), "one");
    }
    assert_eq!(name(&cached).await.unwrap(), "one");
    assert_eq!(script.asked(), 1);
}

#[tokio::test]
async fn a_fetch_goes_on_when_its_caller_leaves() {
    let (script, cached) = cached(None);
    let tell = script.turn();
    let caller = tokio::spawn({
        let cached = cached.clone();
        async move { name(&cached).await }
    });
    settle().await;
    caller.abort();
    settle().await;
    tell.send(keys("one", None)).unwrap();
    assert_eq!(name(&cached).await.unwrap(), "one");
    assert_eq!(script.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_anew_before_their_end_and_nobody_waits() {
    let (script, cached) = cached(None);
    script.turn().send(keys("old", Some(HOUR))).unwrap();
    assert_eq!(name(&cached).await.unwrap(), "old");
    tokio::time::advance(HOUR / 2).await;
    assert_eq!((name(&cached).await.unwrap().as_str(), script.asked()), ("old", 1), "not yet due");
    tokio::time::advance(HOUR / 2 - Duration::from_secs(60)).await;
    let tell = script.turn();
    assert_eq!(name(&cached).await.unwrap(), "old", "served while the new ones are on their way");
    settle().await;
    assert_eq!(script.asked(), 2);
    tell.send(keys("new", Some(HOUR))).unwrap();
    settle().await;
    assert_eq!((name(&cached).await.unwrap().as_str(), script.asked()), ("new", 2));
}

#[tokio::test(start_paused = true)]
async fn good_keys_serve_while_fetching_fails_until_their_end() {
    let (script, cached) = cached(None);
    script.turn().send(keys("old", Some(HOUR))).unwrap();
    name(&cached).await.unwrap();
    tokio::time::advance(HOUR - Duration::from_secs(90)).await;
    script.turn().send(Err(NoKeys("down".into()))).unwrap();
    for _ in 0..3 {
        assert_eq!(name(&cached).await.unwrap(), "old");
        settle().await;
    }
    assert_eq!(script.asked(), 2, "a failure is followed by a pause");
    tokio::time::advance(PAUSE).await;
    script.turn().send(Err(NoKeys("down".into()))).unwrap();
    assert_eq!(name(&cached).await.unwrap(), "old");
    settle().await;
    assert_eq!(script.asked(), 3);
    tokio::time::advance(Duration::from_secs(90)).await;
    script.turn().send(Err(NoKeys("still down".into()))).unwrap();
    let error = name(&cached).await.unwrap_err();
    assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::NoCredentials, Blame::Config, true));
    assert!(error.detail.contains("still down") && error.detail.contains("AWS_ACCESS_KEY_ID"), "{}", error.detail);
}

#[tokio::test(start_paused = true)]
async fn without_keys_calls_fail_at_once_until_the_source_is_asked_again() {
    let (script, cached) = cached(None);
    script.turn().send(Err(NoKeys("none".into()))).unwrap();
    for _ in 0..3 {
        name(&cached).await.unwrap_err();
    }
    assert_eq!(script.asked(), 1);
    tokio::time::advance(SHORT_PAUSE).await;
    script.turn().send(keys("one", None)).unwrap();
    assert_eq!(name(&cached).await.unwrap(), "one");
}

#[tokio::test(start_paused = true)]
async fn keys_without_an_end_are_looked_up_again_where_the_source_says_so() {
    for (lifetime, asked) in [(None, 1), (Some(HOUR), 2)] {
        let (script, cached) = cached(lifetime);
        script.turn().send(keys("old", None)).unwrap();
        name(&cached).await.unwrap();
        script.turn().send(keys("new", None)).unwrap();
        tokio::time::advance(HOUR * 2).await;
        assert_eq!(name(&cached).await.unwrap(), "old");
        settle().await;
        assert_eq!(script.asked(), asked);
    }
}

#[tokio::test]
async fn keys_whose_time_is_over_are_none() {
    let (script, cached) = cached(None);
    let over = keys("old", None).map(|keys| Keys { expires: Some(SystemTime::now() - HOUR), ..keys });
    script.turn().send(over).unwrap();
    assert!(name(&cached).await.unwrap_err().detail.contains("clock"));
}
