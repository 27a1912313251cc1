//! Whose the client's certificate is, as expressions see it.

use expr::{Kind, Lookup, Object, Value};
use net::tls::{PeerCertificate, Subject, subject};
use std::borrow::Cow;
use std::sync::OnceLock;

/// The subject of a certificate that is trusted; nobody's without one. It is read when it is first asked for.
pub(super) struct Principal<'e> {
    certificate: Option<&'e PeerCertificate>,
    subject: OnceLock<Option<Attributes>>,
}

/// The attributes of a subject, by number and by word.
struct Attributes(Subject);

/// Members with the types that they stand for.
const MEMBERS: [(&str, &str); 35] = [
    ("businessCategory", "2.5.4.15"),
    ("c", "2.5.4.6"),
    ("cn", "2.5.4.3"),
    ("countryOfCitizenship", "1.3.6.1.5.5.7.9.4"),
    ("countryOfResidence", "1.3.6.1.5.5.7.9.5"),
    ("dateOfBirth", "1.3.6.1.5.5.7.9.1"),
    ("dc", "0.9.2342.19200300.100.1.25"),
    ("description", "2.5.4.13"),
    ("dmdName", "2.5.4.54"),
    ("dnQualifier", "2.5.4.46"),
    ("e", "1.2.840.113549.1.9.1"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
    ("gender", "1.3.6.1.5.5.7.9.3"),
    ("generation", "2.5.4.44"),
    ("givenname", "2.5.4.42"),
    ("initials", "2.5.4.43"),
    ("l", "2.5.4.7"),
    ("name", "2.5.4.41"),
    ("nameAtBirth", "1.3.36.8.3.14"),
    ("o", "2.5.4.10"),
    ("organizationIdentifier", "2.5.4.97"),
    ("ou", "2.5.4.11"),
    ("placeOfBirth", "1.3.6.1.5.5.7.9.2"),
    ("postalAddress", "2.5.4.16"),
    ("postalCode", "2.5.4.17"),
    ("pseudonym", "2.5.4.65"),
    ("role", "2.5.4.72"),
    ("serialnumber", "2.5.4.5"),
    ("st", "2.5.4.8"),
    ("street", "2.5.4.9"),
    ("surname", "2.5.4.4"),
    ("t", "2.5.4.12"),
    ("telephoneNumber", "2.5.4.20"),
    ("uid", "0.9.2342.19200300.100.1.1"),
    ("uniqueIdentifier", "2.5.4.45"),
];

impl<'e> Principal<'e> {
    pub(super) fn of(certificate: Option<&'e PeerCertificate>) -> Self {
        Self { certificate: certificate.filter(|one| one.distrust.is_none()), subject: OnceLock::new() }
    }

    fn subject(&self) -> Option<&Attributes> {
        let read = || self.certificate.and_then(|one| subject(one.leaf())).map(Attributes);
        self.subject.get_or_init(read).as_ref()
    }
}

impl Lookup for Principal<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let subject = self.subject();
        Some(match (name, subject) {
            ("defined", subject) => Value::Bool(subject.is_some()),
            ("attributes", Some(subject)) => Value::Object(Object { kind: Kind::MultiMap, members: subject }),
            ("attributes", None) => Value::Map(expr::Map::new(Vec::new())),
            // nobody's attributes are all the empty text
            (_, None) => "".into(),
            ("dn", Some(subject)) => subject.0.name.as_str().into(),
            (name, Some(subject)) => {
                let (_, object) = MEMBERS.iter().find(|(member, _)| *member == name)?;
                subject.of(object).next().map_or(Value::Null, Value::from)
            }
        })
    }
}

impl Attributes {
    fn of<'s>(&'s self, object: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.attributes.iter().filter(move |(own, _)| own == object).map(|(_, value)| value.as_str())
    }
}

impl Lookup for Attributes {
    /// By number, or by a word in any case.
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let known = MEMBERS.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, object)| *object);
        let object = self.0.attributes.iter().map(|(own, _)| own.as_str()).find(|own| known.unwrap_or(name) == *own)?;
        let values: Vec<Value<'_>> = self.of(object).map(Value::from).collect();
        Some(values.into())
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let mut names: Vec<Cow<'_, str>> = Vec::new();
        for (object, _) in &self.0.attributes {
            let word = MEMBERS.iter().find(|(_, own)| own == object).map(|(member, _)| member.to_ascii_uppercase());
            for name in std::iter::once(Cow::Borrowed(object.as_str())).chain(word.map(Cow::Owned)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}
