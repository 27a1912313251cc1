//! Cases of `cached`.

use super::super::source::Again;
use super::*;
use model::Secret;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;
use tokio::sync::oneshot;

/// A source played by hand: each fetch takes the next turn.
#[derive(Default)]
struct Script {
    turns: Mutex<VecDeque<oneshot::Receiver<Result<Found, Lacks>>>>,
    asked: AtomicUsize,
}

impl Fetch for Arc<Script> {
    fn fetch<'a>(&'a self, _: Option<&'a str>) -> Fetched<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let turn = self.turns.lock().unwrap().pop_front();
        Box::pin(async {
            match turn {
                Some(turn) => turn.await.unwrap(),
                None => Err(lack("no turn is left")),
            }
        })
    }
}

impl Script {
    fn turn(&self) -> oneshot::Sender<Result<Found, Lacks>> {
        let (tell, turn) = oneshot::channel();
        self.turns.lock().unwrap().push_back(turn);
        tell
    }

    /// The next fetch ends at once.
    fn gives(&self, result: Result<Found, Lacks>) {
        self.turn().send(result).unwrap();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn lack(what: &str) -> Lacks {
    vec![NoKeys::broken("script", what, "mend it")]
}

fn keys(name: &str, expires: Option<Duration>) -> Result<Found, Lacks> {
    let expires = expires.map(|after| SystemTime::now() + after);
    let keys = Keys { access_key: name.to_owned(), secret_key: Secret::new("s"), session_token: None, expires };
    Ok(Found::new(keys, "script", "a script"))
}

fn cached() -> (Arc<Script>, Cached) {
    let script = Arc::new(Script::default());
    (script.clone(), Cached::new("test".to_owned(), script))
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
    let (script, cached) = cached();
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
    let status = cached.status();
    assert_eq!((status.waited_first, status.waited_renewal, status.state), (20, 0, IdentityState::Good));
}

#[tokio::test]
async fn a_fetch_goes_on_when_its_caller_leaves() {
    let (script, cached) = cached();
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
async fn keys_are_fetched_anew_before_their_end_without_anybody_asking() {
    let (script, cached) = cached();
    script.gives(keys("old", Some(HOUR)));
    assert_eq!(name(&cached).await.unwrap(), "old");
    tokio::time::sleep(HOUR.mul_f64(0.69)).await;
    assert_eq!((name(&cached).await.unwrap().as_str(), script.asked()), ("old", 1), "not yet due");
    let tell = script.turn();
    tokio::time::sleep(HOUR.mul_f64(0.12)).await;
    settle().await;
    assert_eq!(script.asked(), 2, "nobody asked");
    assert_eq!(name(&cached).await.unwrap(), "old", "served while the new ones are on their way");
    tell.send(keys("new", Some(HOUR))).unwrap();
    settle().await;
    assert_eq!((name(&cached).await.unwrap().as_str(), script.asked()), ("new", 2));
    assert_eq!(cached.status().waited_renewal, 0);
}

#[tokio::test(start_paused = true)]
async fn good_keys_serve_while_fetching_fails_until_their_end() {
    let (script, cached) = cached();
    script.gives(keys("old", Some(HOUR)));
    name(&cached).await.unwrap();
    tokio::time::sleep(HOUR.mul_f64(0.9)).await;
    assert_eq!(name(&cached).await.unwrap(), "old");
    assert!(script.asked() > 5, "it is tried again and again: {}", script.asked());
    assert_eq!(cached.status().state, IdentityState::Failing);
    assert!(cached.status().failure.unwrap().contains("mend it"));
    tokio::time::sleep(HOUR.mul_f64(0.1)).await;
    let error = name(&cached).await.unwrap_err();
    assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::NoCredentials, Blame::Config, true));
    assert!(error.detail.contains("no turn is left") && error.detail.contains("mend it"), "{}", error.detail);
    assert_eq!(cached.status().state, IdentityState::None);
    script.gives(keys("new", Some(HOUR)));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(name(&cached).await.unwrap(), "new", "it goes on trying after the end, too");
}

#[tokio::test(start_paused = true)]
async fn without_keys_calls_fail_at_once_until_the_source_is_asked_again() {
    let (script, cached) = cached();
    script.gives(Err(lack("none")));
    for _ in 0..3 {
        name(&cached).await.unwrap_err();
    }
    assert_eq!(script.asked(), 1);
    tokio::time::advance(PAUSE).await;
    script.gives(keys("one", None));
    assert_eq!(name(&cached).await.unwrap(), "one");
}

#[tokio::test(start_paused = true)]
async fn keys_without_an_end_are_looked_up_again_where_the_source_says_so() {
    let after = Again::After(HOUR, vec![]);
    for (again, asked) in [(Again::Never, 1), (after, 2)] {
        let (script, cached) = cached();
        script.gives(keys("old", None).map(|found| Found { again: again.clone(), ..found }));
        name(&cached).await.unwrap();
        script.gives(keys("new", None));
        tokio::time::sleep(HOUR * 2).await;
        name(&cached).await.unwrap();
        assert_eq!(script.asked(), asked, "{again:?}");
    }
}

#[tokio::test]
async fn a_file_that_changes_is_read_at_once() {
    let file = std::env::temp_dir().join(format!("lambda-keeper-{}", std::process::id()));
    std::fs::write(&file, "one").unwrap();
    let (script, cached) = cached();
    let again = |file: &PathBuf| Again::After(HOUR, vec![file.clone()]);
    script.gives(keys("old", None).map(|found| Found { again: again(&file), ..found }));
    name(&cached).await.unwrap();
    script.gives(keys("new", None).map(|found| Found { again: again(&file), ..found }));
    tokio::time::sleep(Duration::from_millis(50)).await; // the keeper has had its first look
    std::fs::write(&file, "another").unwrap();
    let renewed = async {
        while name(&cached).await.unwrap() != "new" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), renewed).await.unwrap();
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn keys_whose_time_is_over_are_none() {
    let (script, cached) = cached();
    let mut found = keys("old", None).unwrap();
    found.keys.expires = Some(SystemTime::now() - HOUR);
    script.gives(Ok(found));
    let error = name(&cached).await.unwrap_err().detail;
    assert!(error.contains("a script gives keys whose time is over") && error.contains("clock"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_here_does_not_end_good_keys() {
    // by whoever gives them it is an hour earlier, and they are good for half of it
    let (script, cached) = cached();
    let mut found = keys("one", None).unwrap();
    let theirs = SystemTime::now() - HOUR;
    (found.clock, found.keys.expires) = (Some(theirs), Some(theirs + HOUR / 2));
    script.gives(Ok(found));
    assert_eq!(name(&cached).await.unwrap(), "one");
    assert_eq!(cached.status().state, IdentityState::Good);
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_nobody_holds_is_not_renewed() {
    let (script, cached) = cached();
    script.gives(keys("old", Some(HOUR)));
    name(&cached).await.unwrap();
    settle().await;
    drop(cached);
    tokio::time::sleep(HOUR * 2).await;
    assert_eq!(script.asked(), 1);
}
