//! The chores of the project: running every test, keeping the house tidy, checking that the documents tell the truth.

pub mod docs;
pub mod house;
pub mod test;
pub mod tidy;
