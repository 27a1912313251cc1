//! Cases of `build`.

use super::*;
use crate::chain::ReadyChain;
use model::answer::Answer;
use model::chain::StepRank;
use model::id::{ConsumerId, Slot};
use model::policy::{Cors, HeaderEdit, HeaderEdits};
use model::predicate::{PathPattern, Predicate};

fn step(phase: Phase, policy: Data) -> Step {
    let rank = StepRank { phase, order: 0 };
    Step { slot: Slot::new("the-slot"), rank, precedence: 0, predicate: None, policy }
}

fn compile(step: Step) -> Result<ReadyChain, BuildError> {
    let services = Services::default();
    let table = Table { global: vec![step], ..Table::new(TableId::new("t")) };
    ReadyChain::compile(&table, None, &Builder::new(&services, &[]))
}

fn cors(exposed: &str) -> Data {
    Data::Cors(Cors { exposed: vec![exposed.to_owned()], ..Cors::default() })
}

fn key_auth(header: &str, anonymous: Option<&str>) -> Data {
    let anonymous = anonymous.map(ConsumerId::new);
    Data::KeyAuth(Box::new(policy::KeyAuth {
        headers: vec![header.to_owned()],
        anonymous,
        ..policy::KeyAuth::default()
    }))
}

#[test]
fn what_cannot_run_is_told_with_its_slot() {
    let split = HeaderEdit::Set("x".into(), "a\nb".into());
    let request_id = policy::RequestId {
        header: "x id".into(),
        trust_client: false,
        echo: true,
        form: policy::IdForm::Own,
        own: true,
    };
    let cases = [
        (Phase::Access, key_auth("a key", None), "\"a key\" cannot stand in a header field"),
        (Phase::Access, key_auth("key", Some("nobody")), "the consumer nobody does not exist"),
        (Phase::Response, key_auth("key", None), "key authentication cannot stand in the phase Response"),
        (Phase::Log, cors("x"), "cors cannot stand in the phase Log"),
        (Phase::Rewrite, cors("a\nb"), "\"a\\nb\" cannot stand in a header field"),
        (Phase::Response, cors("a\nb"), "\"a\\nb\" cannot stand in a header field"),
        (
            Phase::Rewrite,
            Data::Headers(HeaderEdits { edits: vec![split] }),
            "the header field \"x\" has a name or value",
        ),
        (Phase::Rewrite, Data::RequestId(request_id), "\"x id\" cannot stand in a header field"),
        (Phase::Access, Data::Respond(Answer::status(100)), "100 is not the status of a response"),
    ];
    for (phase, policy, expected) in cases {
        let error = compile(step(phase, policy)).err().expect(expected).to_string();
        assert!(error.starts_with(&format!("the-slot: {expected}")), "{error}");
    }
    let predicate = Predicate { path: Some(PathPattern::Regex("[".into())), ..Predicate::default() };
    let guarded = Step { predicate: Some(predicate), ..step(Phase::Access, Data::Respond(Answer::status(200))) };
    assert!(compile(guarded).err().unwrap().to_string().starts_with("the-slot: the regular expression \"[\""));
}

#[test]
fn the_ring_of_a_table_is_built_once() {
    let services = Services::default();
    let builder = Builder::new(&services, &[]);
    let (one, other) = (Table::new(TableId::new("one")), Table::new(TableId::new("other")));
    let first = builder.ring(&one).unwrap();
    assert!(Arc::ptr_eq(&first, &builder.ring(&one).unwrap()));
    assert!(!Arc::ptr_eq(&first, &builder.ring(&other).unwrap()));
}

#[test]
fn both_sides_of_a_slot_share_its_number_and_builders_agree_on_it() {
    let services = Services::default();
    let number = |slot: &str| services.clone().slots.of(&Slot::new(slot));
    assert_eq!(number("a"), number("a"));
    assert_ne!(number("a"), number("b"));
}
