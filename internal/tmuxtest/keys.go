package tmuxtest

// Type sends text as if it was typed, letter by letter; nothing in it has a
// meaning for tmux.
func (x *Terminal) Type(text string) {
	x.t.Helper()
	x.run("send-keys", "-l", "--", escape(text))
}

// Press sends keys by the names that tmux has for them: "Enter", "Escape", "Tab",
// "BTab", "Up", "PageDown", "F1", "C-c" for ctrl, "M-x" for alt; "j" is itself.
func (x *Terminal) Press(keys ...string) {
	x.t.Helper()
	args := []string{"send-keys", "--"}
	for _, k := range keys {
		args = append(args, escape(k))
	}
	x.run(args...)
}

// Paste sends text as a paste: between brackets, if the program asked for them.
func (x *Terminal) Paste(text string) {
	x.t.Helper()
	x.run("set-buffer", "--", escape(text))
	x.run("paste-buffer", "-p", "-d")
}
