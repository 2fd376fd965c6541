package modules

// The functions of ctx, which every function of a module is given.

func enteredSignature() *signature {
	return &signature{name: "ctx.entered", npos: 1, required: 1, returns: "Any",
		doc:    "The values that a state of the stack was entered with, in the form of ctx.req; also after a restart of the agent.",
		params: []param{{"state", "str", "", "Its name."}}}
}

func logSignature() *signature {
	return &signature{name: "ctx.log", npos: 2, required: 1, returns: "None",
		doc: "Adds a line to the log of the step; so does print.",
		params: []param{{"text", "Any", "", "What to say."},
			{"level", "str", "\"info\"", "\"info\", \"warn\" or \"error\"."}}}
}

func progressSignature() *signature {
	return &signature{name: "ctx.progress", npos: 2, required: 1, returns: "None",
		doc: "Says how far the step is.",
		params: []param{{"done", "int", "", "How much is done."},
			{"total", "int", "0", "Of how much, 0 if that is not known."}}}
}

func revealSignature() *signature {
	return &signature{name: "secret.reveal", returns: "str",
		doc: "The text of a secret, for the one place that needs it. A secret is printed as •••, and so is its text in every log."}
}

func flagsGetSignature() *signature {
	return &signature{name: "flags.get", npos: 2, required: 1, returns: "Any",
		doc: "A flag of the provide that was called; one that it does not have is not an error.",
		params: []param{{"name", "str", "", "Its name."},
			{"default", "Any", "", "What is given if it is absent."}}}
}

// ctxSignatures lists them, for the reference and the stubs.
func ctxSignatures() []*signature {
	return []*signature{logSignature(), progressSignature(), enteredSignature(), runSignature(), flagsGetSignature(), revealSignature()}
}

// declarations lists the builtins that declare.
func declarations() []*signature {
	return []*signature{lifecycleSignature(), stateSignature(), metaStateSignature(), provideSignature(), requireSignature(),
		remoteSignature("local"), remoteSignature("external"), varSignature(), listOfSignature()}
}
