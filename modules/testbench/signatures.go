package testbench

import (
	"github.com/armonic/armonic/modules/interp"
)

func deployParams() []interp.Parameter {
	return []interp.Parameter{
		interp.Param("pattern", "str", "", "Which provide, as in \"//WebSite//start\"."),
		interp.Param("on", "str", "", "The host; the first of the fleet, if it is not given."),
		interp.Param("hosts", "dict[str, str | list[str]]", "{}", "Where external requires are met, by their names."),
		interp.Param("set", "dict[str, Any]", "{}", "Values of variables, by patterns: {\"//WebServer//conf/port\": 8080}."),
		interp.Param("choose", "dict[str, str]", "{}", "Which provide meets a require where several could: {\"//get_website\": \"Wordpress/Active/get_website\"}."),
	}
}

func fleetSignature() *interp.Signature {
	return &interp.Signature{Name: "fleet", Positional: 0, Required: 0, Returns: "None",
		Doc:  "Begins again with these simulated hosts and nothing applied. Without it there is one host, host1.",
		Rest: interp.Param("hosts", "str", "", "Their names."),
		Params: []interp.Parameter{
			interp.Param("os", "str", "\"debian 13\"", "The system of all of them."),
		}}
}

func deploySignature() *interp.Signature {
	return &interp.Signature{Name: "deploy", Positional: 1, Required: 1, Returns: "deployed", Params: deployParams(),
		Doc: "Deploys, taking every suggestion for what is not said, and gives what came of it: .returns, .steps as in \"web1: WebServer: enter Configured\", .logs. The test fails if it fails."}
}

func failsSignature() *interp.Signature {
	params := append([]interp.Parameter{deployParams()[0], interp.Param("says", "str", "", "What the message must hold.")}, deployParams()[1:]...)
	return &interp.Signature{Name: "fails", Positional: 2, Required: 2, Returns: "str", Params: params,
		Doc: "Deploys, which must fail, because an answer is missing or wrong or because a step fails. Gives the message."}
}

func undoSignature() *interp.Signature {
	return &interp.Signature{Name: "undo", Positional: 1, Returns: "None",
		Doc:    "Leaves all states that are applied.",
		Params: []interp.Parameter{interp.Param("host", "str", "", "On one host; on all, if it is not given.")}}
}

func stackSignature() *interp.Signature {
	return &interp.Signature{Name: "stack", Positional: 2, Required: 2, Returns: "list[str]",
		Doc:    "What is applied, the first state first.",
		Params: []interp.Parameter{interp.Param("host", "str", "", "The host."), interp.Param("lifecycle", "str", "", "The lifecycle.")}}
}

func logsSignature() *interp.Signature {
	return &interp.Signature{Name: "logs", Positional: 1, Returns: "list[str]",
		Doc:    "The lines that were logged so far.",
		Params: []interp.Parameter{interp.Param("host", "str", "", "On one host; on all, if it is not given.")}}
}

func assertEqSignature() *interp.Signature {
	return &interp.Signature{Name: "assert_eq", Positional: 2, Required: 2, Returns: "None",
		Doc:    "Fails the test unless both are equal.",
		Params: []interp.Parameter{interp.Param("got", "Any", "", "What there is."), interp.Param("want", "Any", "", "What there should be.")}}
}

func assertInSignature() *interp.Signature {
	return &interp.Signature{Name: "assert_in", Positional: 2, Required: 2, Returns: "None",
		Doc:    "Fails the test unless a text holds another, or a list an element, or the texts of a list hold another text.",
		Params: []interp.Parameter{interp.Param("what", "Any", "", "What there should be."), interp.Param("where", "Any", "", "Where it should be.")}}
}

// Signatures lists what a test file has besides the rest.
func Signatures() []*interp.Signature {
	return []*interp.Signature{fleetSignature(), deploySignature(), failsSignature(), stackSignature(), logsSignature(), undoSignature(),
		fakeSignature(), ranSignature(), changesSignature(), fileSignature(),
		assertEqSignature(), assertInSignature()}
}
