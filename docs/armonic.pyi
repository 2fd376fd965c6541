# What Armonic adds to Starlark. Written by "armonic module stubs"; do not edit.

from typing import Any, Callable

class Lifecycle: ...
class State: ...
class Provide: ...
class Require: ...
class Var: ...

def lifecycle(name: str, *, states: list[State], transitions: list[tuple[str, str]] | None = None, initial: str | None = None, doc: str | None = None) -> Lifecycle:
    """Declares the state machine of one service. It belongs to the top level of a file outside lib/.

    Args:
        name: Its name, which paths begin with.
        states: The states; each leads to the next, unless transitions say otherwise.
        transitions: Pairs ("From", "To"), in the order in which they are tried.
        initial: The state that is applied from the start; the first, if it is not given.
        doc: What the service is; the docstring of the file, if it is not given.
    """
def state(name: str, *, enter: Callable[[Ctx], None] | None = None, leave: Callable[[Ctx], None] | None = None, cross: Callable[[Ctx, Flags], None] | None = None, requires: list[Require] | None = None, provides: list[Provide] | None = None, os: list[str] | None = None, doc: str | None = None) -> State:
    """One step of deploying the service. All functions may be left out: a state may well do nothing.

    Args:
        name: Its name, which becomes part of paths.
        enter: Called to apply the state.
        leave: Called to undo it.
        cross: Called when a provide of this state or of one below it was called, with the flags of that provide.
        requires: What entering it needs.
        provides: The operations that it offers.
        os: The systems it supports, as in ["debian", "ubuntu >= 24.04"]; all if it is empty.
        doc: What the state means; the docstring of enter, if it is not given.
    """
def meta_state(name: str, implementations: list[State], *, enter: Callable[[Ctx], None] | None = None, leave: Callable[[Ctx], None] | None = None, cross: Callable[[Ctx, Flags], None] | None = None, requires: list[Require] | None = None, provides: list[Provide] | None = None, os: list[str] | None = None, doc: str | None = None) -> State:
    """A state with several implementations, of which the first whose os fits the host is entered, as "Name.Implementation".

    Args:
        name: Its name, which becomes part of paths.
        implementations: States, each with the os that it is for.
        enter: Called to apply the state.
        leave: Called to undo it.
        cross: Called when a provide of this state or of one below it was called, with the flags of that provide.
        requires: What entering it needs.
        provides: The operations that it offers.
        os: The systems it supports, as in ["debian", "ubuntu >= 24.04"]; all if it is empty.
        doc: What the state means; the docstring of enter, if it is not given.
    """
def provide(name: str, fn: Callable[[Ctx], dict | None] | None = None, *, requires: list[Require] | None = None, returns: list[Var] | None = None, flags: dict[str, Any] | None = None, label: str | None = None, help: str | None = None, tags: list[str] | None = None, each: bool = False) -> Provide:
    """An operation of a state, which others and people can call.

    Args:
        name: Its name, which becomes part of paths.
        fn: Called to do it; gives a dict of what returns declares.
        requires: What it needs before it can be called.
        returns: What it gives to whoever calls it.
        flags: Handed to cross of its state and of all above.
        label: A few words for people.
        help: What a person should know; the docstring of fn, if it is not given.
        tags: Words to find it by.
        each: Call it once for each who requires it, even with equal values.
    """
def require(name: str, *vars: Var, nargs: str | int = "1", label: str | None = None, help: str | None = None) -> Require:
    """Values that a person gives.

    Args:
        name: Its name: ctx.req.<name>.
        nargs: How often it may be given: "1", a number, "?" for at most once, "*" for any number.
        label: A few words for people.
        help: What a person should know, in a sentence or two.
    """
def require_local(name: str, pattern: str, *, args: list[Var] | None = None, returns: list[Var] | None = None, nargs: str | int = "1", bind: dict[str, str] | None = None, label: str | None = None, help: str | None = None) -> Require:
    """Another provide, called first, on the same host.

    Args:
        name: Its name: ctx.req.<name>.
        pattern: Which provide meets it, as in "//WebServer//start".
        args: Wishes for the variables of the same names that the provide asks for.
        returns: What is used of the values that it gives.
        nargs: How often it may be given: "1", a number, "?" for at most once, "*" for any number.
        bind: Sets variables that the provide asks for: {"their_var": "our_require.our_var"}.
        label: A few words for people.
        help: What a person should know, in a sentence or two.
    """
def require_external(name: str, pattern: str, *, args: list[Var] | None = None, returns: list[Var] | None = None, nargs: str | int = "1", bind: dict[str, str] | None = None, label: str | None = None, help: str | None = None) -> Require:
    """Another provide, called first, on a host that a person chooses; ctx.req.<name>.host is that host.

    Args:
        name: Its name: ctx.req.<name>.
        pattern: Which provide meets it, as in "//WebServer//start".
        args: Wishes for the variables of the same names that the provide asks for.
        returns: What is used of the values that it gives.
        nargs: How often it may be given: "1", a number, "?" for at most once, "*" for any number.
        bind: Sets variables that the provide asks for: {"their_var": "our_require.our_var"}.
        label: A few words for people.
        help: What a person should know, in a sentence or two.
    """
def var(name: str, type: Any, *, default: Any | None = None, required: bool = True, pattern: str | None = None, pattern_error: str | None = None, min: float | None = None, max: float | None = None, one_of: list | None = None, from_xpath: str | None = None, modifier: str | None = None, suggest: Callable[[Ctx], Any] | None = None, validate: Callable[[Ctx, Any], str | None] | None = None, label: str | None = None, help: str | None = None, expert: bool = False, secret: bool = False) -> Var:
    """One typed, validated value.

    Args:
        name: Its name: ctx.req.<require>.<name>.
        type: What values it takes; see the types below.
        default: Its value, if none is given.
        required: Whether it must have a value.
        pattern: A regular expression (RE2) that the whole text must match.
        pattern_error: What to say if it does not.
        min: The least number.
        max: The greatest number.
        one_of: All values there are.
        from_xpath: A variable elsewhere whose value it takes: "Lifecycle/State/provide/require/variable".
        modifier: How the module sees a text, as in "http://%s".
        suggest: Gives a value that suits the host; it cannot change the host.
        validate: Gives what is wrong with a value, or None.
        label: A few words for people.
        help: What a person should know, in a sentence or two.
        expert: Shown only to who asks for it.
        secret: Never shown, logged or saved in clear; the module gets a secret.
    """
def list_of(type: Any | Var) -> Any:
    """The type of a list.

    Args:
        type: The type of its elements, or a var whose type and constraints they have.
    """
port: Any
"""a whole number from 1 to 65535"""
host: Any
"""a host name or an IP address"""
hostname: Any
"""a name as in www.example.org"""
url: Any
"""as in http://host:80/"""
password: Any
"""a secret of at least 6 characters"""
this_host: Any
"""the host it is asked for; Armonic gives it"""
hosts: Any
"""the hosts of all instances of a require that is met several times; Armonic gives it"""
first_instance: Any
"""whether this is the first of them; Armonic gives it"""

class Secret:
    def quote_shell(self) -> Secret:
        """The secret as one word of a command line of sh, in quotes."""
    def quote_sql(self, *, backslashes: bool = False) -> Secret:
        """The secret as a literal of SQL, in single quotes.

        Args:
            backslashes: Double backslashes too, as MySQL and MariaDB want unless told otherwise.
        """
    def reveal(self) -> str:
        """The text of a secret, for what cannot be done without. What is made of that text is hidden only where the secret stands in it as it is, in quotes, or encoded as URL, JSON or base64; `armonic module check` names the lines."""

class Flags:
    def get(self, name: str, default: Any | None = None) -> Any:
        """A flag of the provide that was called; one that it does not have is not an error.

        Args:
            name: Its name.
            default: What is given if it is absent.
        """

class Result:
    code: int
    stdout: str
    stderr: str
    skipped: bool

class Os:
    name: str
    release: str

class Me:
    name: str
    address: str
    os: Os

class Host:
    def file(self, path: str, content: str | Secret, *, mode: str = "", owner: str = "", group: str = "") -> bool:
        """A file with this content. Directories that are missing are made. It is replaced at once, so that nobody sees a part of it. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where it is.
            content: All that is in it; a text ends with a newline.
            mode: Who may do what, in octal: "0640". If it is not given: as it is, "0644" if it is new.
            owner: The user whose it is, as it is if not given.
            group: The group whose it is, as it is if not given.
        """
    def line(self, path: str, text: str | Secret, *, match: str = "") -> bool:
        """A line of a file: the one that match finds becomes it; if there is none, it is added at the end. All else stays. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where the file is; it is made if it is missing.
            text: The line, without a newline.
            match: A regular expression (RE2) for the whole line that it replaces. That several match is an error.
        """
    def block(self, path: str, text: str | Secret, *, name: str = "armonic", comment: str = "#") -> bool:
        """Lines in a file that others keep, between two marks: those that are there are replaced, else they are added at the end. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where the file is; it is made if it is missing.
            text: The lines.
            name: What the marks say, to tell several blocks of a file apart.
            comment: What begins a comment in the file.
        """
    def ini(self, path: str, section: str, key: str, value: str | Secret) -> bool:
        """A key of a section of a file such as my.cnf or php.ini. Only its line is touched: comments, order, includes and all else stay. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where the file is; it is made if it is missing.
            section: The section, without brackets; "" is what stands before the first one. It is made if it is missing.
            key: The key. That it stands there several times is an error.
            value: Its value, as it is to stand in the file.
        """
    def directory(self, path: str, *, mode: str = "", owner: str = "", group: str = "") -> bool:
        """A directory. Those above it that are missing are made, too. What is in it stays. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where it is.
            mode: Who may do what, in octal: "0640". If it is not given: as it is, "0755" if it is new.
            owner: The user whose it is, as it is if not given.
            group: The group whose it is, as it is if not given.
        """
    def link(self, path: str, target: str) -> bool:
        """A symbolic link. One that leads elsewhere is changed; a file or directory in its place is an error. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where it is.
            target: Where it leads, which need not exist.
        """
    def absent(self, path: str) -> bool:
        """No file, link or directory is there. A directory that is not empty is an error: what is in it may be somebody's. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: What is to go.
        """
    def run(self, argv: list[str | Secret], *, cwd: str = "/", env: dict[str, str | Secret] | None = None, timeout: float = 900, creates: str | None = None, unless: list[str] | None = None, input: str | Secret = "", ok: list[int] | None = None) -> Result:
        """Runs a program on the host, without a shell. What it prints appears in the log while it runs. If it ends with another code than 0, the step fails with its last lines. On a simulated host it is only logged.

        Args:
            argv: The program and its arguments, one element each.
            cwd: The directory it runs in.
            env: Environment, besides a small one that is always the same, with which apt and dpkg ask nothing.
            timeout: Seconds after which it is ended, with all its children; dpkg and the like are waited for.
            creates: A path; if it exists, nothing is run.
            unless: A program; if it ends with 0, nothing is run.
            input: What it reads.
            ok: The exit codes that are no failure.
        """

class Ctx:
    req: Any
    me: Me
    host: Host
    def log(self, text: Any, level: str = "info") -> None:
        """Adds a line to the log of the step; so does print.

        Args:
            text: What to say.
            level: "info", "warn" or "error".
        """
    def progress(self, done: int, total: int = 0) -> None:
        """Says how far the step is.

        Args:
            done: How much is done.
            total: Of how much, 0 if that is not known.
        """
    def entered(self, state: str) -> Any:
        """The values that a state of the stack was entered with, in the form of ctx.req; also after a restart of the agent.

        Args:
            state: Its name.
        """

class Deployed:
    returns: Any
    steps: list[str]
    logs: list[str]

# In *_test.star only:

def fleet(*hosts: str, os: str = "debian 13") -> None:
    """Begins again with these simulated hosts and nothing applied. Without it there is one host, host1.

    Args:
        os: The system of all of them.
    """
def deploy(pattern: str, *, on: str | None = None, hosts: dict[str, str | list[str]] | None = None, set: dict[str, Any] | None = None) -> Deployed:
    """Deploys, taking every suggestion for what is not said, and gives what came of it: .returns, .steps as in "web1: WebServer: enter Configured", .logs. The test fails if it fails.

    Args:
        pattern: Which provide, as in "//WebSite//start".
        on: The host; the first of the fleet, if it is not given.
        hosts: Where external requires are met, by their names.
        set: Values of variables, by patterns: {"//WebServer//conf/port": 8080}.
    """
def fails(pattern: str, says: str, *, on: str | None = None, hosts: dict[str, str | list[str]] | None = None, set: dict[str, Any] | None = None) -> str:
    """Deploys, which must fail, because an answer is missing or wrong or because a step fails. Gives the message.

    Args:
        pattern: Which provide, as in "//WebSite//start".
        says: What the message must hold.
        on: The host; the first of the fleet, if it is not given.
        hosts: Where external requires are met, by their names.
        set: Values of variables, by patterns: {"//WebServer//conf/port": 8080}.
    """
def stack(host: str, lifecycle: str) -> list[str]:
    """What is applied, the first state first.

    Args:
        host: The host.
        lifecycle: The lifecycle.
    """
def logs(host: str | None = None) -> list[str]:
    """The lines that were logged so far.

    Args:
        host: On one host; on all, if it is not given.
    """
def undo(host: str | None = None) -> None:
    """Leaves all states that are applied.

    Args:
        host: On one host; on all, if it is not given.
    """
def assert_eq(got: Any, want: Any) -> None:
    """Fails the test unless both are equal.

    Args:
        got: What there is.
        want: What there should be.
    """
def assert_in(what: Any, where: Any) -> None:
    """Fails the test unless a text holds another, or a list an element, or the texts of a list hold another text.

    Args:
        what: What there should be.
        where: Where it should be.
    """
