package actions

import (
	"slices"

	"github.com/armonic/armonic/modules/interp"
)

// The functions of ctx, which every function of a module is given.

func enteredSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.entered", Positional: 1, Required: 1, Returns: "Any",
		Doc:    "The values that a state of the stack was entered with, in the form of ctx.req; also after a restart of the agent.",
		Params: []interp.Parameter{interp.Param("state", "str", "", "Its name.")}}
}

func logSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.log", Positional: 2, Required: 1, Returns: "None",
		Doc: "Adds a line to the log of the step; so does print.",
		Params: []interp.Parameter{interp.Param("text", "Any", "", "What to say."),
			interp.Param("level", "str", "\"info\"", "\"info\", \"warn\" or \"error\".")}}
}

func progressSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.progress", Positional: 2, Required: 1, Returns: "None",
		Doc: "Says how far the step is.",
		Params: []interp.Parameter{interp.Param("done", "int", "", "How much is done."),
			interp.Param("total", "int", "0", "Of how much, 0 if that is not known.")}}
}

func flagsGetSignature() *interp.Signature {
	return &interp.Signature{Name: "flags.get", Positional: 2, Required: 1, Returns: "Any",
		Doc: "A flag of the provide that was called; one that it does not have is not an error.",
		Params: []interp.Parameter{interp.Param("name", "str", "", "Its name."),
			interp.Param("default", "Any", "", "What is given if it is absent.")}}
}

// Signatures lists them, for the reference and the stubs.
func Signatures() []*interp.Signature {
	return slices.Concat([]*interp.Signature{logSignature(), progressSignature(), enteredSignature()}, operationSignatures(),
		[]*interp.Signature{settleSignature(), templateSignature(), runSignature(), scriptSignature(), readSignature()}, checkSignatures(),
		[]*interp.Signature{factsSignature(), flagsGetSignature()}, interp.SecretSignatures())
}
