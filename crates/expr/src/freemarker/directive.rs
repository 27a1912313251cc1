//! Tags: from pieces of a template to statements.

use super::ast::{Block, Change, List, Names, Node, Sign, Statement};
use super::cut::{Directive, Kind, Piece, wrong};
use super::parse::{Parser, expression};
use crate::error::Error;
use crate::limits::too_deep;

/// A whole template.
pub(super) fn template(text: &str, pieces: &[Piece], depth: usize) -> Result<Block, Error> {
    let mut reader = Reader { text, pieces, at: 0, depth };
    let body = reader.block()?;
    match reader.peek() {
        Some(piece) => Err(wrong(piece.whole.start, "this tag belongs to none that is open")),
        None => Ok(body),
    }
}

struct Reader<'t> {
    text: &'t str,
    pieces: &'t [Piece],
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t Piece> {
        self.pieces.get(self.at)
    }

    /// Statements up to a tag that ends or divides what they stand in.
    fn block(&mut self) -> Result<Block, Error> {
        let place = self.peek().map_or(self.text.len(), |piece| piece.whole.start);
        self.depth = self.depth.checked_sub(1).ok_or_else(|| too_deep(64).at(place))?;
        let mut block = Vec::new();
        while let Some(piece) = self.peek() {
            if matches!(piece.kind, Kind::Close(_) | Kind::Open(Directive::Else | Directive::ElseIf)) {
                break;
            }
            self.at += 1;
            self.statement(piece, &mut block)?;
        }
        self.depth += 1;
        Ok(block)
    }

    fn statement(&mut self, piece: &Piece, block: &mut Block) -> Result<(), Error> {
        let statement = match piece.kind {
            Kind::Comment => return Ok(()),
            Kind::Text if piece.inner.is_empty() => return Ok(()),
            Kind::Text => Statement::Text(self.text[piece.inner.clone()].to_owned()),
            Kind::Interpolation => Statement::Show(self.expression(piece)?),
            Kind::Open(Directive::If) => self.branches(piece)?,
            Kind::Open(Directive::List) => self.list(piece)?,
            Kind::Open(Directive::Items) => {
                let mut parser = self.parser(piece)?;
                parser.takes("as");
                let names = names(&mut parser)?;
                let body = self.block()?;
                self.close(Directive::Items, piece)?;
                Statement::Items(names, body)
            }
            Kind::Open(Directive::Sep) => Statement::Sep(self.separator()?),
            Kind::Open(Directive::Break) => Statement::Break,
            Kind::Open(Directive::Continue) => Statement::Continue,
            Kind::Open(Directive::Assign) => return self.assign(piece, block),
            Kind::Open(Directive::Else | Directive::ElseIf) | Kind::Close(_) => {
                return Err(wrong(piece.whole.start, "this tag belongs to none that is open"));
            }
        };
        block.push(statement);
        Ok(())
    }

    fn parser(&self, piece: &Piece) -> Result<Parser, Error> {
        Parser::new(self.text, piece.inner.clone(), self.depth)
    }

    fn expression(&self, piece: &Piece) -> Result<Node, Error> {
        expression(self.text, piece.inner.clone(), self.depth)
    }

    /// Takes a tag when it comes next.
    fn takes(&mut self, kind: Kind) -> Option<&'t Piece> {
        let piece = self.peek().filter(|piece| piece.kind == kind)?;
        self.at += 1;
        Some(piece)
    }

    fn close(&mut self, directive: Directive, opened: &Piece) -> Result<(), Error> {
        let closed = self.takes(Kind::Close(directive)).is_some();
        let missing = || wrong(opened.whole.start, format!("the tag has no </#{}>", directive.name()));
        if closed { Ok(()) } else { Err(missing()) }
    }

    fn branches(&mut self, first: &Piece) -> Result<Statement, Error> {
        let mut branches = vec![(Some(self.expression(first)?), self.block()?)];
        while let Some(piece) = self.takes(Kind::Open(Directive::ElseIf)) {
            branches.push((Some(self.expression(piece)?), self.block()?));
        }
        if self.takes(Kind::Open(Directive::Else)).is_some() {
            branches.push((None, self.block()?));
        }
        self.close(Directive::If, first)?;
        Ok(Statement::If(branches))
    }

    fn list(&mut self, piece: &Piece) -> Result<Statement, Error> {
        let mut parser = self.parser(piece)?;
        let of = parser.expression()?;
        let names = if parser.takes("as") { Some(names(&mut parser)?) } else { None };
        parser.finish()?;
        let body = self.block()?;
        let otherwise =
            if self.takes(Kind::Open(Directive::Else)).is_some() { self.block()? } else { Block::default() };
        self.close(Directive::List, piece)?;
        Ok(Statement::List(Box::new(List { of, names, body, otherwise })))
    }

    /// Up to `</#sep>`, or to the end of what it stands in.
    fn separator(&mut self) -> Result<Block, Error> {
        let block = self.block()?;
        self.takes(Kind::Close(Directive::Sep));
        Ok(block)
    }

    fn assign(&mut self, piece: &Piece, block: &mut Block) -> Result<(), Error> {
        let mut parser = self.parser(piece)?;
        if piece.captures(self.text) {
            let name = parser.target()?;
            let body = self.block()?;
            self.close(Directive::Assign, piece)?;
            block.push(Statement::Capture(name, body));
            return Ok(());
        }
        while !parser.is_done() {
            let name = parser.target()?;
            block.push(Statement::Assign(name, change(&mut parser)?));
            parser.takes(",");
        }
        Ok(())
    }
}

fn names(parser: &mut Parser) -> Result<Names, Error> {
    let first = parser.name()?;
    let second = if parser.takes(",") { Some(parser.name()?) } else { None };
    parser.finish()?;
    Ok(Names { first, second })
}

fn change(parser: &mut Parser) -> Result<Change, Error> {
    let place = parser.place();
    if parser.takes("++") {
        return Ok(Change::Step(Sign::Add));
    }
    if parser.takes("--") {
        return Ok(Change::Step(Sign::Subtract));
    }
    let signs = [
        ("+=", Sign::Add),
        ("-=", Sign::Subtract),
        ("*=", Sign::Multiply),
        ("/=", Sign::Divide),
        ("%=", Sign::Remainder),
    ];
    if let Some((_, sign)) = signs.iter().find(|(written, _)| parser.takes(written)) {
        return Ok(Change::By(*sign, parser.expression()?));
    }
    if !parser.takes("=") && !parser.takes("==") {
        return Err(wrong(place, "= is missing here"));
    }
    Ok(Change::Set(parser.expression()?))
}
