# What Armonic adds to Starlark. Written by "armonic module stubs"; do not edit.

from typing import Any, Callable

class Lifecycle: ...
class State: ...
class Provide: ...
class Require: ...
class Rolling: ...
class Var: ...

def lifecycle(name: str, *, states: list[State], transitions: list[tuple[str, str]] | None = None, initial: str | None = None, doc: str | None = None, simulated: bool = False) -> Lifecycle:
    """Declares the state machine of one service. It belongs to the top level of a file outside lib/.

    Args:
        name: Its name, which paths begin with.
        states: The states; each leads to the next, unless transitions say otherwise.
        transitions: Pairs ("From", "To"), in the order in which they are tried.
        initial: The state that is applied from the start; the first, if it is not given.
        doc: What the service is; the docstring of the file, if it is not given.
        simulated: It only pretends, for demonstrations: it changes nothing on any host, and wherever it is shown it is said so.
    """
def state(name: str, *, enter: Callable[[Ctx], None] | None = None, leave: Callable[[Ctx], None] | None = None, cross: Callable[[Ctx, Flags], None] | None = None, requires: list[Require] | None = None, provides: list[Provide] | None = None, os: list[str] | None = None, guarded: int = 0, doc: str | None = None) -> State:
    """One step of deploying the service. All functions may be left out: a state may well do nothing.

    Args:
        name: Its name, which becomes part of paths.
        enter: Called to apply the state.
        leave: Called to undo it.
        cross: Called when a provide of this state or of one below it was called, with the flags of that provide.
        requires: What entering it needs.
        provides: The operations that it offers.
        os: The systems it supports, as in ["debian", "ubuntu >= 24.04"]; all if it is empty.
        guarded: Seconds within which somebody must confirm that the host can still be reached once the state was entered; else what that changed is taken back. For what may lock people out: ssh, firewalls, addresses. 0 needs no confirming.
        doc: What the state means; the docstring of enter, if it is not given.
    """
def meta_state(name: str, implementations: list[State], *, enter: Callable[[Ctx], None] | None = None, leave: Callable[[Ctx], None] | None = None, cross: Callable[[Ctx, Flags], None] | None = None, requires: list[Require] | None = None, provides: list[Provide] | None = None, os: list[str] | None = None, guarded: int = 0, doc: str | None = None) -> State:
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
        guarded: Seconds within which somebody must confirm that the host can still be reached once the state was entered; else what that changed is taken back. For what may lock people out: ssh, firewalls, addresses. 0 needs no confirming.
        doc: What the state means; the docstring of enter, if it is not given.
    """
def provide(name: str, fn: Callable[[Ctx], dict | None] | None = None, *, requires: list[Require] | None = None, returns: list[Var] | None = None, flags: dict[str, Any] | None = None, label: str | None = None, help: str | None = None, tags: list[str] | None = None, undo: Callable[[Ctx], None] | None = None, keep: bool = False, each: bool = False) -> Provide:
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
        undo: Called to take a call back, with the values of that call, but for secrets, which are None. Without it what ctx.host changed is taken back.
        keep: What a call did stays when it is taken back, as data should: as long as the state is applied.
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
def require_local(name: str, pattern: str, *, args: list[Var] | None = None, returns: list[Var] | None = None, nargs: str | int = "1", bind: dict[str, str] | None = None, set: dict[str, Any] | None = None, rolling: Rolling | None = None, label: str | None = None, help: str | None = None) -> Require:
    """Another provide, called first, on the same host.

    Args:
        name: Its name: ctx.req.<name>.
        pattern: Which provide meets it, as in "//WebServer//start".
        args: Wishes for the variables of the same names that the provide asks for.
        returns: What is used of the values that it gives.
        nargs: How often it may be given: "1", a number, "?" for at most once, "*" for any number.
        bind: Sets variables that the provide asks for: {"their_var": "our_require.our_var"}.
        set: Sets variables that the provide asks for to values: {"name": "shop"}. Nobody is asked for them.
        rolling: How it is deployed where it is given several times: rolling(serial = 1).
        label: A few words for people.
        help: What a person should know, in a sentence or two.
    """
def require_external(name: str, pattern: str, *, args: list[Var] | None = None, returns: list[Var] | None = None, nargs: str | int = "1", bind: dict[str, str] | None = None, set: dict[str, Any] | None = None, rolling: Rolling | None = None, label: str | None = None, help: str | None = None) -> Require:
    """Another provide, called first, on a host that a person chooses; ctx.req.<name>.host is that host.

    Args:
        name: Its name: ctx.req.<name>.
        pattern: Which provide meets it, as in "//WebServer//start".
        args: Wishes for the variables of the same names that the provide asks for.
        returns: What is used of the values that it gives.
        nargs: How often it may be given: "1", a number, "?" for at most once, "*" for any number.
        bind: Sets variables that the provide asks for: {"their_var": "our_require.our_var"}.
        set: Sets variables that the provide asks for to values: {"name": "shop"}. Nobody is asked for them.
        rolling: How it is deployed where it is given several times: rolling(serial = 1).
        label: A few words for people.
        help: What a person should know, in a sentence or two.
    """
def rolling(*, serial: str | int = "100%", canary: int = 0, max_fail: int = 0, pause: str = "0s", drain: str | None = None, enable: str | None = None, check: str | None = None) -> Rolling:
    """How what a require needs is deployed where it is given several times: in batches, of which the next begins when those before it are done. The operator may decide otherwise.

    Args:
        serial: How many at a time: a number, or a share of all, "25%".
        canary: How many go first, alone.
        max_fail: How many may fail before no more are begun.
        pause: How long to wait between one batch and the next: "30s", "5m".
        drain: A provide of this lifecycle that is called for each before it is changed, if it is in use already, with the host as its variable "host": it takes it out of use.
        enable: And one that is called when it is done: it brings it back.
        check: A provide that is called on the host of each that is done, before the next batch begins: one of the same lifecycle by its name, "status", or any that a pattern matches there, "//Monitor//probe". What it fails for has failed.
    """
def var(name: str, type: Any, *, default: Any | None = None, required: bool = True, pattern: str | None = None, pattern_error: str | None = None, min: float | None = None, max: float | None = None, one_of: list | None = None, from_xpath: str | None = None, modifier: str | None = None, suggest: Callable[[Ctx], Any] | None = None, validate: Callable[[Ctx, Any], str | None] | None = None, label: str | None = None, help: str | None = None, expert: bool = False, secret: bool = False, generate: int | None = None) -> Var:
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
        generate: A secret that nobody gives is made at random, of so many letters and digits, and nobody is asked for it.
    """
def list_of(type: Any | Var) -> Any:
    """The type of a list.

    Args:
        type: The type of its elements, or a var whose type and constraints they have.
    """
port: Any
"""a whole number from 1 to 65535, on which something can listen"""
host: Any
"""a host name or an IP address"""
hostname: Any
"""a name as in www.example.org"""
url: Any
"""as in http://host:80/"""
path: Any
"""of a file or directory, as in /srv/www: it begins with / and has no //, . or .. in it"""
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

class Interface:
    name: str
    addresses: list[str]
    mac: str

class Disk:
    name: str
    size: int

class Facts:
    cpus: int
    memory: int
    interfaces: list[Interface]
    disks: list[Disk]
    fqdn: str
    virtualization: str
    kernel: str
    architecture: str

class Os:
    name: str
    release: str

class Me:
    name: str
    address: str
    os: Os

class Host:
    def file(self, path: str, content: str | Secret | None = None, *, mode: str = "", owner: str = "", group: str = "", validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None, src: str | None = None) -> bool:
        """A file with this content. Directories that are missing are made. It is replaced at once, so that nobody sees a part of it. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where it is.
            content: All that is in it; a text ends with a newline.
            mode: Who may do what, in octal: "0640". If it is not given: as it is, "0644" if it is new.
            owner: The user whose it is, as it is if not given.
            group: The group whose it is, as it is if not given.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
            src: The name of a file below files/ beside the module, "files/motd", whose content is meant. It is given instead of a text.
        """
    def line(self, path: str, text: str | Secret, *, match: str = "", validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None) -> bool:
        """A line of a file: the one that match finds becomes it; if there is none, it is added at the end. All else stays. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where the file is; it is made if it is missing.
            text: The line, without a newline.
            match: A regular expression (RE2) for the whole line that it replaces. That several match is an error.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
        """
    def block(self, path: str, text: str | Secret, *, name: str = "armonic", comment: str = "#", validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None) -> bool:
        """Lines in a file that others keep, between two marks: those that are there are replaced, else they are added at the end. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where the file is; it is made if it is missing.
            text: The lines.
            name: What the marks say, to tell several blocks of a file apart.
            comment: What begins a comment in the file.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
        """
    def ini(self, path: str, section: str, key: str, value: str | Secret, *, validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None) -> bool:
        """A key of a section of a file such as my.cnf or php.ini. Only its line is touched: comments, order, includes and all else stay. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where the file is; it is made if it is missing.
            section: The section, without brackets; "" is what stands before the first one. It is made if it is missing.
            key: The key. That it stands there several times is an error.
            value: Its value, as it is to stand in the file.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
        """
    def augeas(self, path: str, lens: str, set: dict[str, str | Secret], *, validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None) -> bool:
        """Settings of a file in a form that Augeas knows, by its program augtool, of the package augeas-tools: all else of the file stays. Where a setting belongs, and how it is quoted, the lens knows. On a simulated host each becomes a line. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where the file is; it is made if it is missing.
            lens: The lens: "Shellvars.lns".
            set: Values, by their paths below that of the file: {"STARTUP_ENABLED": "Yes"}, in the order in which they are set.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
        """
    def directory(self, path: str, *, mode: str = "", owner: str = "", group: str = "") -> bool:
        """A directory. Those above it that are missing are made, too. What is in it stays. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where it is.
            mode: Who may do what, in octal: "0640". If it is not given: as it is, "0755" if it is new.
            owner: The user whose it is, as it is if not given.
            group: The group whose it is, as it is if not given.
        """
    def link(self, path: str, target: str, *, validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None) -> bool:
        """A symbolic link. One that leads elsewhere is changed; a file or directory in its place is an error. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where it is.
            target: Where it leads, which need not exist.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
        """
    def absent(self, path: str, *, validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None) -> bool:
        """No file, link or directory is there. A directory that is not empty is an error: what is in it may be somebody's. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: What is to go.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
        """
    def packages(self, names: list[str], *, version: str = "", present: bool = True, purge: bool = False, start: bool = True, data: str = "keep") -> bool:
        """Packages of the system, with all that they need, in one request to its package manager. Exactly those that were foreseen are installed. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            names: The packages; "name=version" for one in a version.
            version: The version, if there is one name: as apt-cache policy has it. If none is given, any will do, and the newest is installed.
            present: Whether they are installed; False removes them. What else needs them is never removed: that is an error.
            purge: Whether those that are removed go with their configuration.
            start: Whether services that are new start at once, with the configuration that their packages bring.
            data: What becomes of data and logs when packages are purged, also when the installation is undone: "keep" or "remove".
        """
    def repository(self, name: str, *, uris: list[str] | None = None, suites: list[str] | None = None, components: list[str] | None = None, key: str = "", present: bool = True) -> bool:
        """A source of packages for apt, with the key that signs it, each in a file of its own. When it changed, its list of packages is fetched. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: What it is called; its files are called so too.
            uris: Where it is: ["https://nginx.org/packages/debian"].
            suites: Such as ["bookworm"]; "./" for a source without suites.
            components: Such as ["main"]; none for a source without suites.
            key: The public key, as text (-----BEGIN PGP PUBLIC KEY BLOCK-----). If none is given, it is one of those of the system.
            present: Whether it is there; False removes its files.
        """
    def service(self, name: str, *, running: bool = None, enabled: bool = None) -> bool:
        """A service of systemd. It has come up when it still runs a second later; if it does not, the step fails with the end of its journal. One that is to run once (oneshot) may end. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name: nginx; with a suffix if it is no .service: fstrim.timer.
            running: Whether it runs. As it is, if not given.
            enabled: Whether it is started when the host boots. As it is, if not given.
        """
    def reload(self, name: str) -> bool:
        """Has a service read its configuration again: once, at the end of the run. One that does not run by then is left alone. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name: nginx.
        """
    def restart(self, name: str) -> bool:
        """Has a service started anew: once, at the end of the run. One that is stopped by then is left alone; one that failed is started. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name: nginx.
        """
    def unit(self, name: str, content: str | None = None, *, src: str | None = None) -> bool:
        """A unit of systemd, in /etc/systemd/system; systemd reads it at once. It is not started by that: ctx.host.service does, and ctx.host.restart if it runs. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name with the suffix: app.service; or that of a drop-in: nginx.service.d/limits.conf.
            content: All that is in it.
            src: The name of a file below files/ beside the module, "files/motd", whose content is meant. It is given instead of a text.
        """
    def user(self, name: str, *, system: bool = False, home: str = "", shell: str = "", groups: list[str] | None = None, group: str = "", uid: str = "", password: str | Secret = "", create_home: bool = False, present: bool = True) -> bool:
        """A user. The groups that it is in besides stay. Its home is never removed, and made only with create_home. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name.
            system: Whether a new one is for a service: it gets such a number, no home and no shell.
            home: Its home. If it is not given: as it is; /home/NAME, or /nonexistent, if it is new.
            shell: Its shell. If it is not given: as it is; /bin/bash, or /usr/sbin/nologin, if it is new.
            groups: Groups that it is to be in besides.
            group: Its own group. If it is not given: as it is; one of its name, which is made if it is missing, if it is new.
            uid: Its number. If it is not given, a new one gets the next free one.
            password: Its password, if it is new: that of a user that exists is never changed. Without one nobody can log in with a password.
            create_home: Whether the home of a new one is made, with the usual files.
            present: False if there is to be none of that name: then its own group goes too, and the home stays.
        """
    def group(self, name: str, *, system: bool = False, gid: str = "", members: list[str] | None = None, present: bool = True) -> bool:
        """A group. Who is in it already stays in it. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name.
            system: Whether a new one gets a number of those for services.
            gid: Its number. If it is not given, a new one gets the next free one.
            members: Users that are to be in it.
            present: False if there is to be none of that name.
        """
    def database(self, name: str, *, server: str = "mariadb", owner: str = "", charset: str = "", collation: str = "", present: bool = True, keep_data: bool = True) -> bool:
        """A database of the server on this host, which has to run. When that is undone it is dropped if it is empty; one with tables stays, unless keep_data = False. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name.
            server: The server: "mariadb" or "postgresql".
            owner: Of PostgreSQL: the user whose it is, who may do everything with it. As it is, or postgres, if not given.
            charset: The character set that its tables get. If it is not given: as it is; utf8mb4, or UTF8 of PostgreSQL, if it is new.
            collation: How texts are compared and sorted. If it is not given: as it is, or what the server has for the character set. PostgreSQL can change neither later.
            present: False if there is to be none of that name. One with tables is an error, unless keep_data = False.
            keep_data: False if it may be dropped with its tables: when this is undone, or with present = False.
        """
    def database_user(self, name: str, *, server: str = "mariadb", host: str = "localhost", password: str | Secret = "", databases: list[str] | None = None, privileges: list[str] | None = None, present: bool = True) -> bool:
        """A user of the database server on this host, which has to run. What it may do besides stays. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name.
            server: The server: "mariadb" or "postgresql".
            host: Of MariaDB: from where it connects: "10.0.0.5", "10.0.%", or "%" for anywhere. Users of one name and several hosts are several users.
            password: Its password. If it is not given: as it is; a new one at localhost, and of PostgreSQL, is who has that name on the host, and any other needs one.
            databases: Of MariaDB: databases with which it may do everything. Those of PostgreSQL have an owner.
            privileges: What it may do with the server as a whole: "REPLICATION SLAVE", "PROCESS"; of PostgreSQL "CREATEDB", "REPLICATION".
            present: False if there is to be none of that name from that host.
        """
    def authorized_key(self, user: str, key: str, *, options: str = "", present: bool = True) -> bool:
        """A key with which one may log in as a user over ssh: a line in its ~/.ssh/authorized_keys. All other keys stay; one with another comment is the same key. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            user: The user, which exists.
            key: The public key on one line, as it is in id_ed25519.pub: "ssh-ed25519 AAAA… ann@laptop".
            options: What it may be used for: 'from="10.0.0.0/8",no-pty'. If it is not given: as it is, everything if the key is new.
            present: False if it is to be there no more.
        """
    def sysctl(self, name: str, value: str) -> bool:
        """A setting of the kernel, now and after a boot: it is set, and written to a file of its own in /etc/sysctl.d. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name: net.ipv4.ip_forward.
            value: Its value; several numbers with spaces between them.
        """
    def mount(self, where: str, what: str, *, type: str = "", options: str = "", present: bool = True) -> bool:
        """A file system that is mounted, now and after a boot: a unit of systemd of its own, not a line of /etc/fstab. The directory is made if it is missing, and never removed with present = False. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            where: The directory that it is mounted on.
            what: What is mounted: /dev/sdb1, UUID=…, nfs1:/srv/files, tmpfs.
            type: Its type: ext4, nfs4, tmpfs. If it is not given, the kernel finds out.
            options: Options of mount: "ro,noexec".
            present: False if it is to be mounted no more.
        """
    def timer(self, name: str, *, command: list[str] | None = None, calendar: str = "", user: str = "", delay: str = "", present: bool = True) -> bool:
        """A program that is run at times: a service and a timer of systemd, NAME.service and NAME.timer. journalctl -u NAME has what it prints. It is not run at once. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Their name: backup.
            command: The program and its arguments, one element each; without a shell.
            calendar: When, as systemd writes it: daily, "*-*-* 04:30", "Mon..Fri 8..18:00/15".
            user: The user that it runs as, root if not given.
            delay: Up to how long it is delayed, by chance, so that not all hosts do it at once: "15min".
            present: False if it is to be run no more.
        """
    def firewall(self, name: str, rules: str, *, present: bool = True) -> bool:
        """A table of nftables, of its own: "inet NAME". It is checked before anything is changed, and takes effect at once, as a whole, also at boot; tables of others are not touched. A packet that another table drops is dropped all the same. A chain that has the line include "/etc/nftables-listens.d/*.nft" lets in what ctx.host.listens names. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: Its name: web.
            rules: What is in the table: chains, sets and rules, as nft writes them between the braces of a table.
            present: False if there is to be no such table.
        """
    def listens(self, name: str, *, tcp: list[str] | None = None, udp: list[str] | None = None) -> bool:
        """Says at which ports a service of this host takes connections. A table of ctx.host.firewall with the line include "/etc/nftables-listens.d/*.nft" in a chain lets them in, from then on, or from when there is one. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            name: What it is called there: nginx.
            tcp: Its ports of TCP: [80, 443].
            udp: Its ports of UDP.
        """
    def archive(self, path: str, content: str | None = None, *, strip: str = "0", owner: str = "", group: str = "", src: str | None = None) -> bool:
        """What is in an archive (tar, tar.gz, tar.bz2, zip), below a directory: each file is as if ctx.host.file had put it, with its mode, but that only the owner may write. What is there besides stays. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: The directory; it is made if it is missing.
            content: The archive itself; usually src is given.
            strip: How many directories are taken off each path: "1" if all is in one of the name of a release.
            owner: The user whose all of it is; as it is, or root's, if not given.
            group: The group whose all of it is, likewise.
            src: The name of a file below files/ beside the module, "files/motd", whose content is meant. It is given instead of a text.
        """
    def reboot(self, *, only_if_needed: bool = False) -> bool:
        """Has the host rebooted: once, when all steps of the run are done. The run ends when it is back, and what waits for it in a deployment goes on then. Whether a reboot is needed says the file /run/reboot-required, which packages such as a kernel leave. It is not undone. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            only_if_needed: Not unless the host needs it.
        """
    def settle(self) -> None:
        """Does now what ctx.host.reload and ctx.host.restart owe, which is done at the end of the run otherwise: for what needs the service as it is configured now."""
    def template(self, path: str, text: str | Secret | dict | Any | None = None, *values: dict | Any, mode: str = "", owner: str = "", group: str = "", validate: list[str] | None = None, reload: list[str] | None = None, restart: list[str] | None = None, src: str | None = None) -> bool:
        """A file whose content is written as a template, in the syntax of Jinja2: {{ port }}, {% if x %}, {% for x in xs %}. A name that has no value is an error. Otherwise it is as ctx.host.file. Gives whether anything was changed: nothing is, if the host is so already.

        Args:
            path: Where it is.
            text: The template; with src, it is left out.
            mode: Who may do what, in octal: "0640". If it is not given: as it is, "0644" if it is new.
            owner: The user whose it is, as it is if not given.
            group: The group whose it is, as it is if not given.
            validate: A program that checks the configuration, such as ["nginx", "-t"]. It is run before anything is changed, and sees the change at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before.
            reload: Services that are owed a reload if this changes anything, as by ctx.host.reload.
            restart: Services that are owed a restart then.
            src: The name of a file below files/ beside the module, "files/motd", whose content is meant. It is given instead of a text.
        """
    def run(self, argv: list[str | Secret], *, cwd: str = "/", env: dict[str, str | Secret] | None = None, timeout: float = 900, creates: str | None = None, unless: list[str] | None = None, input: str | Secret = "", ok: list[int] | None = None, undo: list[str] | None = None, user: str = "") -> Result:
        """Runs a program on the host, without a shell. What it prints appears in the log while it runs. If it ends with another code than 0, the step fails with its last lines. On a simulated host it is only logged, and what it gives is not known unless a test says it with fake.

        Args:
            argv: The program and its arguments, one element each.
            cwd: The directory it runs in.
            env: Environment, besides a small one that is always the same, with which apt and dpkg ask nothing.
            timeout: Seconds after which it is ended, with all its children; dpkg and the like are waited for.
            creates: A path; if it exists, nothing is run.
            unless: A program; if it ends with 0, nothing is run.
            input: What it reads.
            ok: The exit codes that are no failure.
            undo: A program that takes back what it did, when the state is left. Without it nothing does.
            user: The user that it runs as, with the groups and the home of that user; that of the agent, which is root, if not given.
        """
    def script(self, path: str, args: list[str | Secret] | None = None, *, cwd: str = "/", env: dict[str, str | Secret] | None = None, timeout: float = 900, creates: str | None = None, unless: list[str] | None = None, input: str | Secret = "", ok: list[int] | None = None, undo: list[str] | None = None, user: str = "") -> Result:
        """Runs a script that lies beside the module, as run does. The program that runs it is named by its first line, as in #!/bin/sh. On the host it is a temporary file while it runs.

        Args:
            path: Its name, below files/ beside the module: "files/setup.sh".
            args: Its arguments, one element each.
            cwd: The directory it runs in.
            env: Environment, besides a small one that is always the same, with which apt and dpkg ask nothing.
            timeout: Seconds after which it is ended, with all its children; dpkg and the like are waited for.
            creates: A path; if it exists, nothing is run.
            unless: A program; if it ends with 0, nothing is run.
            input: What it reads.
            ok: The exit codes that are no failure.
            undo: A program that takes back what it did, when the state is left. Without it nothing does.
            user: The user that it runs as, with the groups and the home of that user; that of the agent, which is root, if not given.
        """
    def read(self, path: str, *, secret: bool = False, example: str | None = None) -> str | Secret:
        """The content of a file, which has to be there: for what a program made that others need. A preview ends here if the file is not there yet, or if a command could change it before.

        Args:
            path: Where it is.
            secret: Whether the content is a secret.
            example: What is in it on a simulated host, where no program makes it.
        """
    def check_tcp(self, port: int, *, host: str = "127.0.0.1", service: str = "", reload: bool = False, timeout: float = 30) -> None:
        """Waits until a port takes connections, and the right service listens there if one is named. It is tried again until then, and changes nothing: a preview only names it, and so does a simulated host.

        Args:
            port: The port.
            host: The name or address of the host, as seen from this one.
            service: The service of systemd that must listen there, on this host: another process may have taken the port.
            reload: Whether the service reads its configuration again every few seconds until it has the port: some keep what they had if another process has it just then.
            timeout: Seconds after which the step fails, with the last answer.
        """
    def check_http(self, url: str, *, status: int = 200, host: str = "", contains: str = "", follow: bool = False, timeout: float = 30) -> None:
        """Waits until a URL is answered as it should. It is tried again until then, and changes nothing: a preview only names it, and so does a simulated host.

        Args:
            url: What is asked for, as seen from this host; no proxy is used.
            status: The status of the answer.
            host: The name of the site, if it is another than in url.
            contains: A text that is in the first MiB of the answer.
            follow: Whether redirections are followed; else one is an answer such as any other.
            timeout: Seconds after which the step fails, with the last answer.
        """
    def wait(self, argv: list[str | Secret], *, says: str = "", code: int = 0, env: dict[str, str | Secret] | None = None, timeout: float = 30) -> None:
        """Waits until a program says that something is so. It is tried again until then, and changes nothing: a preview only names it, and so does a simulated host.

        Args:
            argv: The program, which must not change anything, and its arguments.
            says: A text that is in what it prints.
            code: The exit code with which it ends.
            env: Environment, as of ctx.host.run.
            timeout: Seconds after which the step fails, with the last answer.
        """
    def facts(self) -> Facts:
        """What the host is: .cpus, .memory (bytes), .interfaces (each with .name, .addresses, .mac), .disks (each with .name, .size in bytes), .fqdn, .virtualization ("none", "kvm", "lxc", …), .kernel, .architecture ("amd64"). A suggestion may ask for it, too. On a simulated host they are always the same."""

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
def deploy(pattern: str, *, on: str | None = None, hosts: dict[str, str | list[str]] | None = None, set: dict[str, Any] | None = None, choose: dict[str, str] | None = None) -> Deployed:
    """Deploys, taking every suggestion for what is not said, and gives what came of it: .returns, .steps as in "web1: WebServer: enter Configured", .logs. The test fails if it fails.

    Args:
        pattern: Which provide, as in "//WebSite//start".
        on: The host; the first of the fleet, if it is not given.
        hosts: Where external requires are met, by their names.
        set: Values of variables, by patterns: {"//WebServer//conf/port": 8080}.
        choose: Which provide meets a require where several could: {"//get_website": "Wordpress/Active/get_website"}.
    """
def fails(pattern: str, says: str, *, on: str | None = None, hosts: dict[str, str | list[str]] | None = None, set: dict[str, Any] | None = None, choose: dict[str, str] | None = None) -> str:
    """Deploys, which must fail, because an answer is missing or wrong or because a step fails. Gives the message.

    Args:
        pattern: Which provide, as in "//WebSite//start".
        says: What the message must hold.
        on: The host; the first of the fleet, if it is not given.
        hosts: Where external requires are met, by their names.
        set: Values of variables, by patterns: {"//WebServer//conf/port": 8080}.
        choose: Which provide meets a require where several could: {"//get_website": "Wordpress/Active/get_website"}.
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
def fake(argv: list[str], *, stdout: str = "", stderr: str = "", code: int = 0, host: str | None = None) -> None:
    """Says what a command gives from now on, on simulated hosts: those that there are, so after fleet. Otherwise it is not known, and a function that reads it fails.

    Args:
        argv: The program and its arguments, all of them.
        stdout: What it prints.
        stderr: What it prints as errors.
        code: The code that it ends with.
        host: On one host; on all, if it is not given.
    """
def ran(host: str | None = None) -> list[str]:
    """The commands that ctx.host.run would have run so far, as one would type them.

    Args:
        host: On one host; on all, if it is not given.
    """
def changes(host: str | None = None) -> list[str]:
    """What the operations of ctx.host changed so far, as the log says it: "+ /etc/motd (0644 root:root)".

    Args:
        host: On one host; on all, if it is not given.
    """
def file(path: str, host: str | None = None) -> str | None:
    """The content of a file of a simulated host, None if there is no such file.

    Args:
        path: Where it is.
        host: The host; the first of the fleet, if it is not given.
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
