//! The two encodings, as something that takes bytes and gives bytes.

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::policy::{BrotliMode, Encoding};
use std::io::Write;

/// An encoding under way. Writing goes to memory, which does not fail.
pub(super) enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Brotli(Box<CompressorWriter<Vec<u8>>>),
}

/// Bytes that brotli takes at once.
const BUFFER: usize = 4096;

impl Encoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Gzip { level } => {
                Self::Gzip(GzEncoder::new(Vec::new(), Compression::new(level.clamp(1, 9).into())))
            }
            Encoding::Brotli { quality, window, block, mode } => {
                let params = BrotliEncoderParams {
                    quality: quality.min(11).into(),
                    lgwin: window.clamp(10, 24).into(),
                    lgblock: block.min(24).into(),
                    mode: match mode {
                        BrotliMode::Any => BrotliEncoderMode::BROTLI_MODE_GENERIC,
                        BrotliMode::Text => BrotliEncoderMode::BROTLI_MODE_TEXT,
                        BrotliMode::Font => BrotliEncoderMode::BROTLI_MODE_FONT,
                    },
                    ..BrotliEncoderParams::default()
                };
                Self::Brotli(Box::new(CompressorWriter::with_params(Vec::new(), BUFFER, &params)))
            }
        }
    }

    /// Takes bytes in.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let written = match self {
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Brotli(encoder) => encoder.write_all(bytes),
        };
        written.expect("memory takes what is written");
    }

    /// Gives out all that was taken in, so that a client can read it now.
    pub(super) fn flush(&mut self) -> Bytes {
        let flushed = match self {
            Self::Gzip(encoder) => encoder.flush(),
            Self::Brotli(encoder) => encoder.flush(),
        };
        flushed.expect("memory takes what is written");
        self.take()
    }

    /// Gives out what is ready.
    pub(super) fn take(&mut self) -> Bytes {
        let ready = match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Brotli(encoder) => encoder.get_mut(),
        };
        Bytes::from(std::mem::take(ready))
    }

    /// Bytes that are ready.
    pub(super) fn ready(&self) -> usize {
        match self {
            Self::Gzip(encoder) => encoder.get_ref().len(),
            Self::Brotli(encoder) => encoder.get_ref().len(),
        }
    }

    /// Gives out the rest, with the end.
    pub(super) fn finish(self) -> Bytes {
        match self {
            Self::Gzip(encoder) => encoder.finish().expect("memory takes what is written").into(),
            Self::Brotli(encoder) => encoder.into_inner().into(),
        }
    }

    /// A body from its begin to its end.
    pub(super) fn whole(mut self, bytes: &[u8]) -> Bytes {
        self.write(bytes);
        self.finish()
    }
}
