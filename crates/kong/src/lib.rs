//! The Kong dialect: its files and settings, lowered to the model.
//!
//! Not built yet: there is a door and no room behind it. The command line says so and refuses
//! such a source; nothing here pretends to read one.
