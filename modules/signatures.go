package modules

import (
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// Signatures lists the builtins that declare.
func Signatures() []*interp.Signature {
	return []*interp.Signature{lifecycleSignature(), stateSignature(), metaStateSignature(), provideSignature(), requireSignature(),
		remoteSignature(spec.Local), remoteSignature(spec.External), rollingSignature(), varSignature(), listOfSignature()}
}

func lifecycleSignature() *interp.Signature {
	return &interp.Signature{
		Name: "lifecycle", Positional: 1, Required: 2, Returns: "lifecycle",
		Doc: "Declares the state machine of one service. It belongs to the top level of a file outside lib/.",
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name, which paths begin with."),
			interp.Param("states", "list[state]", "", "The states; each leads to the next, unless transitions say otherwise."),
			interp.Param("transitions", "list[tuple[str, str]]", "", "Pairs (\"From\", \"To\"), in the order in which they are tried."),
			interp.Param("initial", "str", "", "The state that is applied from the start; the first, if it is not given."),
			interp.Param("doc", "str", "", "What the service is; the docstring of the file, if it is not given."),
			interp.Param("simulated", "bool", "False", "It only pretends, for demonstrations: it changes nothing on any host, and wherever it is shown it is said so."),
		},
		Renamed: map[string]string{"initial_state": "initial = \"NotInstalled\"", "state": "states = […]", "help": "doc", "label": "doc"},
	}
}

func stateSignature() *interp.Signature {
	return &interp.Signature{
		Name: "state", Positional: 1, Required: 1, Returns: "state",
		Doc: "One step of deploying the service. All functions may be left out: a state may well do nothing.",
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name, which becomes part of paths."),
			interp.Param("enter", "Callable[[ctx], None]", "", "Called to apply the state."),
			interp.Param("leave", "Callable[[ctx], None]", "", "Called to undo it."),
			interp.Param("cross", "Callable[[ctx, flags], None]", "", "Called when a provide of this state or of one below it was called, with the flags of that provide."),
			interp.Param("requires", "list[require]", "[]", "What entering it needs."),
			interp.Param("provides", "list[provide]", "[]", "The operations that it offers."),
			interp.Param("os", "list[str]", "[]", "The systems it supports, as in [\"debian\", \"ubuntu >= 24.04\"]; all if it is empty."),
			interp.Param("guarded", "int", "0", "Seconds within which somebody must confirm that the host can still be reached once the state was entered; else what that changed is taken back. For what may lock people out: ssh, firewalls, addresses. 0 needs no confirming."),
			interp.Param("doc", "str", "", "What the state means; the docstring of enter, if it is not given."),
		},
		Renamed: map[string]string{"require": "requires = […]", "provide": "provides = […]", "supported_os_type": "os = [\"debian\"]",
			"help": "doc", "label": "doc"},
	}
}

func metaStateSignature() *interp.Signature {
	sig := stateSignature()
	sig.Name, sig.Positional, sig.Required = "meta_state", 2, 2
	sig.Doc = "A state with several implementations, of which the first whose os fits the host is entered, as \"Name.Implementation\"."
	impl := interp.Param("implementations", "list[state]", "", "States, each with the os that it is for.")
	sig.Params = append([]interp.Parameter{sig.Params[0], impl}, sig.Params[1:]...)
	return sig
}

func provideSignature() *interp.Signature {
	return &interp.Signature{
		Name: "provide", Positional: 2, Required: 1, Returns: "provide",
		Doc: "An operation of a state, which others and people can call.",
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name, which becomes part of paths."),
			interp.Param("fn", "Callable[[ctx], dict | None]", "", "Called to do it; gives a dict of what returns declares."),
			interp.Param("requires", "list[require]", "[]", "What it needs before it can be called."),
			interp.Param("returns", "list[var]", "[]", "What it gives to whoever calls it."),
			interp.Param("flags", "dict[str, Any]", "{}", "Handed to cross of its state and of all above."),
			labelParam(), interp.Param("help", "str", "", "What a person should know; the docstring of fn, if it is not given."),
			interp.Param("tags", "list[str]", "[]", "Words to find it by."),
			interp.Param("undo", "Callable[[ctx], None]", "", "Called to take a call back, with the values of that call, but for secrets, which are None. Without it what ctx.host changed is taken back."),
			interp.Param("keep", "bool", "False", "What a call did stays when it is taken back, as data should: as long as the state is applied."),
			interp.Param("each", "bool", "False", "Call it once for each who requires it, even with equal values."),
		},
		Renamed: map[string]string{"require": "requires = […]", "function": "fn", "call": "fn", "return": "returns = […]",
			"ret": "returns = […]", "doc": "help"},
	}
}

func requireSignature() *interp.Signature {
	return &interp.Signature{
		Name: "require", Positional: 1, Required: 1, Returns: "require",
		Doc: "Values that a person gives.",
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name: ctx.req.<name>."),
			interp.Param("nargs", "str | int", "\"1\"", "How often it may be given: \"1\", a number, \"?\" for at most once, \"*\" for any number."),
			labelParam(), helpParam(),
		},
		Rest: interp.Param("vars", "var", "", "The variables of one set."),
		Renamed: map[string]string{"vars": "the variables without a Name: require(\"conf\", var(…), var(…))",
			"variables": "the variables without a Name: require(\"conf\", var(…), var(…))"},
	}
}

func remoteSignature(kind spec.RequireKind) *interp.Signature {
	name, doc := "require_"+string(kind), "Another provide, called first, on the same host."
	if kind == spec.External {
		doc = "Another provide, called first, on a host that a person chooses; ctx.req.<name>.host is that host."
	}
	return &interp.Signature{
		Name: name, Positional: 2, Required: 2, Returns: "require",
		Doc: doc,
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name: ctx.req.<name>."),
			interp.Param("pattern", "str", "", "Which provide meets it, as in \"//WebServer//start\"."),
			interp.Param("args", "list[var]", "[]", "Wishes for the variables of the same names that the provide asks for."),
			interp.Param("returns", "list[var]", "[]", "What is used of the values that it gives."),
			interp.Param("nargs", "str | int", "\"1\"", "How often it may be given: \"1\", a number, \"?\" for at most once, \"*\" for any number."),
			interp.Param("bind", "dict[str, str]", "{}", "Sets variables that the provide asks for: {\"their_var\": \"our_require.our_var\"}."),
			interp.Param("set", "dict[str, Any]", "{}", "Sets variables that the provide asks for to values: {\"name\": \"shop\"}. Nobody is asked for them."),
			interp.Param("rolling", "rolling", "", "How it is deployed where it is given several times: rolling(serial = 1)."),
			labelParam(), helpParam(),
		},
		Renamed: map[string]string{"xpath": "pattern", "provide_args": "args = [var(…)]", "provide_ret": "returns = [var(…)]",
			"ret": "returns = [var(…)]", "vars": "args = [var(…)]"},
	}
}

func varSignature() *interp.Signature {
	return &interp.Signature{
		Name: "var", Positional: 2, Required: 2, Returns: "var",
		Doc: "One typed, validated value.",
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name: ctx.req.<require>.<name>."),
			interp.Param("type", "type", "", "What values it takes; see the types below."),
			interp.Param("default", "Any", "", "Its value, if none is given."),
			interp.Param("required", "bool", "True", "Whether it must have a value."),
			interp.Param("pattern", "str", "", "A regular expression (RE2) that the whole text must match."),
			interp.Param("pattern_error", "str", "", "What to say if it does not."),
			interp.Param("min", "float", "", "The least number."), interp.Param("max", "float", "", "The greatest number."),
			interp.Param("one_of", "list", "[]", "All values there are."),
			interp.Param("from_xpath", "str", "", "A variable elsewhere whose value it takes: \"Lifecycle/State/provide/require/variable\"."),
			interp.Param("modifier", "str", "", "How the module sees a text, as in \"http://%s\"."),
			interp.Param("suggest", "Callable[[ctx], Any]", "", "Gives a value that suits the host; it cannot change the host."),
			interp.Param("validate", "Callable[[ctx, Any], str | None]", "", "Gives what is wrong with a value, or None."),
			labelParam(), helpParam(),
			interp.Param("expert", "bool", "False", "Shown only to who asks for it."),
			interp.Param("secret", "bool", "False", "Never shown, logged or saved in clear; the module gets a secret."),
			interp.Param("generate", "int", "", "A secret that nobody gives is made at random, of so many letters and digits, and nobody is asked for it."),
		},
		Renamed: map[string]string{"optional": "required = False", "mandatory": "required = True", "choices": "one_of = […]",
			"regex": "pattern = \"…\"", "min_val": "min", "max_val": "max", "doc": "help"},
	}
}

func labelParam() interp.Parameter {
	return interp.Param("label", "str", "", "A few words for people.")
}

func helpParam() interp.Parameter {
	return interp.Param("help", "str", "", "What a person should know, in a sentence or two.")
}
