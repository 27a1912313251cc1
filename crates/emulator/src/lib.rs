//! A local Lambda: Invoke API in front, Runtime API behind, processes between.
