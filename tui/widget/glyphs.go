package widget

// Glyphs are the signs of the UI. Status signs fit in two columns.
type Glyphs struct {
	Missing, Wrong, Checking        string // of questions
	Default, Like, AtRun            string // where a value comes from
	OK, Same, Wait, Run, Fail, Held string // of work
	Undone                          string

	Open, Shut           string // of trees
	Tee, Corner, Bar     string
	TopLeft, TopRight    string // of panes
	LowLeft, LowRight    string
	Horizontal, Vertical string
	Ellipsis             string
	Full, Empty          string // of progress bars
	Arrow, Bullet        string
	Spinner              []string
}

// Unicode is the usual set of signs; all are one column wide.
func Unicode() Glyphs {
	return Glyphs{
		Missing: "?", Wrong: "!", Checking: "~",
		Default: "d", Like: "s", AtRun: "»",
		OK: "✓", Same: "=", Wait: "·", Run: "▸", Fail: "✗", Held: "⊘", Undone: "↶",
		Open: "▾", Shut: "▸", Tee: "├", Corner: "└", Bar: "│",
		TopLeft: "┌", TopRight: "┐", LowLeft: "└", LowRight: "┘", Horizontal: "─", Vertical: "│",
		Ellipsis: "…", Full: "█", Empty: "░", Arrow: "→", Bullet: "•",
		Spinner: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	}
}

// ASCII is for terminals and readers which know nothing else.
func ASCII() Glyphs {
	return Glyphs{
		Missing: "?", Wrong: "!", Checking: "~",
		Default: "d", Like: "s", AtRun: ">",
		OK: "ok", Same: "=", Wait: ".", Run: "v", Fail: "X", Held: "#", Undone: "u",
		Open: "-", Shut: "+", Tee: "|", Corner: "`", Bar: "|",
		TopLeft: "+", TopRight: "+", LowLeft: "+", LowRight: "+", Horizontal: "-", Vertical: "|",
		Ellipsis: "~", Full: "#", Empty: "-", Arrow: "->", Bullet: "*",
		Spinner: []string{"|", "/", "-", "\\"},
	}
}
