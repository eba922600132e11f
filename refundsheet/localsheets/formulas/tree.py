"""A formula's tokens as calls with arguments, in the English dialect whatever the locale."""

from dataclasses import dataclass

from refundsheet.localsheets.formulas.tokens import Kind, Token, tokens_of


class FormulaParseError(ValueError):
    """The text is no formula: Google shows `#ERROR!`."""

    def __init__(self) -> None:
        super().__init__("Formula parse error.")


class FormulaTooLargeError(ValueError):
    """The engine's parser calls itself for every sign and parenthesis, and would break the process."""

    def __init__(self) -> None:
        super().__init__("The formula is too large to be evaluated here.")


#: Half of what the engine was seen to take, or less.
DEEPEST = 100
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple["Sequence", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in parentheses."""

    parts: tuple["Sequence", ...]


@dataclass(frozen=True, slots=True)
class Braces:
    """An array written out: its rows."""

    rows: tuple[tuple["Sequence", ...], ...]


Node = Token | Call | Group | Braces
#: Nodes that stand beside each other, such as an operand, a sign and another operand.
Sequence = tuple[Node, ...]


def tree_of(formula: str, *, decimal_comma: bool) -> Sequence:
    """The parts of a formula behind its `=`.

    Args:
        formula: as it stands in the cell.
        decimal_comma: whether the spreadsheet's locale writes 1,5 and separates arguments by `;`.

    Raises:
        FormulaParseError: parentheses that do not match, or signs no formula knows.
        FormulaTooLargeError: too deep or too long for the engine.
    """
    tokens = [token for token in tokens_of(formula) if token.kind is not Kind.SPACE]
    if not tokens or tokens[0].text != "=":
        raise FormulaParseError
    if decimal_comma:
        tokens = _with_decimal_points(tokens)
    reader = _Reader(tokens[1:])
    parsed = reader.sequence()
    if reader.tokens:
        raise FormulaParseError
    return parsed


def _with_decimal_points(tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    for token in tokens:
        comma = len(joined) > 1 and joined[-1].text == "," and joined[-2].kind is Kind.NUMBER
        if comma and token.kind is Kind.NUMBER:
            joined[-2:] = [Token(Kind.NUMBER, f"{joined[-2].text}.{token.text}")]
        else:
            joined.append(token)
    return joined


class _Reader:
    """Takes tokens from the front."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens[::-1]
        self._depth = 0

    def sequence(self) -> Sequence:
        self._depth += 1
        nodes: list[Node] = []
        while self.tokens:
            if self._depth > DEEPEST or len(nodes) > LONGEST:
                raise FormulaTooLargeError
            kind = self.tokens[-1].kind
            if kind in {Kind.CLOSE, Kind.BRACE_CLOSE, Kind.SEPARATOR}:
                break
            node = self._node(self.tokens.pop())
            if nodes and _is_operand(node) and _is_operand(nodes[-1]):
                calls_result = isinstance(nodes[-1], Call) and isinstance(node, Group)
                if not calls_result:  # LAMBDA(x, x)(2)
                    raise FormulaParseError
            nodes.append(node)
        self._depth -= 1
        return tuple(nodes)

    def _node(self, token: Token) -> Node:
        match token.kind:
            case Kind.FUNCTION:
                self.tokens.pop()
                return Call(token.text.upper(), self._until_closed())
            case Kind.OPEN:
                return Group(self._until_closed())
            case Kind.BRACE_OPEN:
                return Braces(self._rows())
            case Kind.UNKNOWN:
                raise FormulaParseError
            case _:
                return token

    def _until_closed(self) -> tuple[Sequence, ...]:
        parts = [self.sequence()]
        while self._next().kind is Kind.SEPARATOR:
            self.tokens.pop()
            parts.append(self.sequence())
        if self.tokens.pop().kind is not Kind.CLOSE:
            raise FormulaParseError
        return () if parts == [()] else tuple(parts)

    def _rows(self) -> tuple[tuple[Sequence, ...], ...]:
        rows = [[self.sequence()]]
        while self._next().kind is Kind.SEPARATOR:
            if self.tokens.pop().text == ";":
                rows.append([])
            rows[-1].append(self.sequence())
        if self.tokens.pop().kind is not Kind.BRACE_CLOSE:
            raise FormulaParseError
        return tuple(tuple(row) for row in rows)

    def _next(self) -> Token:
        if not self.tokens:
            raise FormulaParseError
        return self.tokens[-1]


def _is_operand(node: Node) -> bool:
    return not isinstance(node, Token) or node.kind is not Kind.OPERATOR
