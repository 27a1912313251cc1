//! What names stand for: parameters, pseudo parameters and resources.

use super::function;
use super::intrinsic::Worked;
use super::template::{Template, scalar, text};
use crate::tree::{Mark, Node, Tree};
use dialect::Faith;

/// Where nothing says which Region is meant.
const REGION: &str = "us-east-1";
/// The account of a local Lambda.
const ACCOUNT: &str = "000000000000";
/// The stack that there is not.
const STACK: &str = "local";
/// A parameter's value may be set by a variable of the environment with this before the parameter's name.
const VARIABLE: &str = "LAMBDAGATE_PARAMETER_";

/// Resources whose `Ref` is the name that a property gives them.
const NAMED: [(&str, &str); 8] = [
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::Serverless::SimpleTable", "TableName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::Kinesis::Stream", "Name"),
];

impl Template<'_> {
    /// `!Ref Name`.
    pub(super) fn reference(&mut self, written: &Tree, path: &str) -> Worked {
        let mark = written.mark;
        let Some(name) = text(written) else {
            return Some(self.wrong(mark, path, "Ref takes a name"));
        };
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo(pseudo, mark, path);
        }
        if let Some(parameter) = self.section("Parameters").and_then(|all| all.get(name)) {
            return Some(self.parameter(name, parameter, mark, path));
        }
        Some(match self.resource(name) {
            Some(resource) => match self.resource_name(name, resource, path) {
                Some(value) => scalar(mark, value),
                None => self.unknown(name, mark, path),
            },
            // SAM makes further resources of its own: ServerlessRestApi, HelloRole, HelloAliaslive.
            None => self.unknown(name, mark, path),
        })
    }

    /// `!GetAtt Name.Attribute`.
    pub(super) fn attribute(&mut self, written: &Tree, path: &str) -> Tree {
        let mark = written.mark;
        let parts = match &written.node {
            Node::Scalar(scalar) => scalar.text.split_once('.').map(|(id, name)| (id.to_owned(), name.to_owned())),
            Node::List(items) => match items.as_slice() {
                [id, name] => text(id).map(str::to_owned).zip(self.text(name, path)),
                _ => None,
            },
            Node::Null | Node::Map(_) | Node::Broken => None,
        };
        let Some((id, name)) = parts else {
            return self.wrong(mark, path, "Fn::GetAtt takes a resource and one of its attributes");
        };
        match self.resource(&id) {
            Some(resource) if name == "Arn" && is_function(resource) => {
                let function = self.resource_name(&id, resource, path).unwrap_or(id);
                let region = self.region();
                scalar(mark, format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{function}"))
            }
            _ => self.unknown(&format!("{id}.{name}"), mark, path),
        }
    }

    fn unknown(&mut self, name: &str, mark: Mark, path: &str) -> Tree {
        self.lost(mark, path, format!("what {name} stands for is known only to a stack in AWS; this is left out"))
    }

    /// What `Ref` of a resource gives, where the template says it.
    fn resource_name(&mut self, id: &str, resource: &Tree, path: &str) -> Option<String> {
        let kind = resource.get("Type").and_then(text)?;
        if is_function(resource) {
            let written = resource.get("Properties").and_then(|properties| properties.get(function::NAME));
            return written.and_then(|written| self.text(written, path)).or(Some(id.to_owned()));
        }
        let (_, property) = NAMED.iter().find(|(known, _)| *known == kind)?;
        let written = resource.get("Properties")?.get(property)?;
        self.text(written, path)
    }

    fn pseudo(&mut self, name: &str, mark: Mark, path: &str) -> Worked {
        Some(match name {
            "NoValue" => return None,
            "Region" => scalar(mark, self.region()),
            "Partition" => scalar(mark, "aws"),
            "URLSuffix" => scalar(mark, "amazonaws.com"),
            "AccountId" => self.stand_in(name, ACCOUNT, mark, path),
            "StackName" => self.stand_in(name, STACK, mark, path),
            _ => self.unknown(&format!("AWS::{name}"), mark, path),
        })
    }

    fn stand_in(&mut self, name: &str, value: &str, mark: Mark, path: &str) -> Tree {
        self.say(Faith::Approximate, mark, path, format!("there is no stack: AWS::{name} is {value:?} here"));
        scalar(mark, value)
    }

    fn region(&self) -> String {
        let set = |name: &str| self.environment.variable(name).filter(|value| !value.is_empty());
        set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION")).unwrap_or_else(|| REGION.to_owned())
    }

    fn parameter(&mut self, name: &str, parameter: &Tree, mark: Mark, path: &str) -> Tree {
        let kind = parameter.get("Type").and_then(text).unwrap_or("String");
        let variable = format!("{VARIABLE}{name}");
        let default = || parameter.get("Default").and_then(text).map(str::to_owned);
        let set = self.environment.variable(&variable);
        let looked_up = kind.starts_with("AWS::SSM::");
        match set.or_else(|| default().filter(|_| !looked_up)) {
            Some(value) if kind == "CommaDelimitedList" || kind.starts_with("List<") => {
                let parts = value.split(',').map(|part| scalar(mark, part.trim()));
                Tree { mark, node: Node::List(parts.collect()) }
            }
            Some(value) => scalar(mark, value),
            None if looked_up => {
                let message = format!(
                    "the parameter {name} is looked up by AWS; set {variable} for its value, or this is left out"
                );
                self.lost(mark, path, message)
            }
            None => {
                let message = format!("the parameter {name} has no Default; set {variable}, or this is left out");
                self.lost(mark, path, message)
            }
        }
    }
}

fn is_function(resource: &Tree) -> bool {
    resource.get("Type").and_then(text).is_some_and(function::is_one)
}
