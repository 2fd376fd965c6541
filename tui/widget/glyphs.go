package widget

// Glyphs are the signs of the UI. Status signs fit in two columns.
type Glyphs struct {
	Missing, Wrong, Checking        string // of questions
	Default, Like, AtRun            string // where a value comes from
	OK, Same, Wait, Run, Fail, Held string // of work
	Undone, Off, Drift, Changed     string
	Block                           string // a host of the wall that is fine

	Open, Shut           string // of trees
	Tee, Corner, Bar     string
	TopLeft, TopRight    string // of overlays
	LowLeft, LowRight    string
	Horizontal, Vertical string
	Down, Crumb          string // where a line goes down from a horizontal one; between where one is and where in it
	Level                string // of a stack of states
	Now                  string // points down at it
	Diamond, Hollow      string // a state that is applied, and one that is not
	Heavy                string // time in which something ran
	Ellipsis             string
	Full, Empty          string // of progress bars
	Arrow, Bullet        string
	Dashed               string // what is left out
	Steps                string // of a chart, from nothing to the most
	Here                 string // under a chart, where one is
}

// Unicode is the usual set of signs; all are one column wide.
func Unicode() Glyphs {
	return Glyphs{
		Missing: "?", Wrong: "!", Checking: "~",
		Default: "d", Like: "s", AtRun: "»",
		OK: "✓", Same: "=", Wait: "·", Run: "●", Fail: "✗", Held: "⊘", Undone: "↶", Off: "○", Drift: "≠", Changed: "±", Block: "■",
		Open: "▾", Shut: "▸", Tee: "├", Corner: "└", Bar: "│",
		TopLeft: "╭", TopRight: "╮", LowLeft: "╰", LowRight: "╯", Horizontal: "─", Vertical: "│", Down: "┬", Crumb: "›", Heavy: "━", Level: "▌", Now: "▼", Diamond: "◆", Hollow: "◇",
		Ellipsis: "…", Full: "█", Empty: "░", Arrow: "→", Bullet: "•", Dashed: "╌", Steps: "▁▂▃▄▅▆▇█", Here: "▲",
	}
}

// ASCII is for terminals and readers which know nothing else.
func ASCII() Glyphs {
	return Glyphs{
		Missing: "?", Wrong: "!", Checking: "~",
		Default: "d", Like: "s", AtRun: ">",
		OK: "v", Same: "=", Wait: ".", Run: "o", Fail: "X", Held: "&", Undone: "u", Off: "0", Drift: "%", Changed: "*", Block: "#",
		Open: "-", Shut: "+", Tee: "|", Corner: "`", Bar: "|",
		TopLeft: "+", TopRight: "+", LowLeft: "+", LowRight: "+", Horizontal: "-", Vertical: "|", Down: "+", Crumb: ">", Heavy: "=", Level: "|", Now: "v", Diamond: "*", Hollow: "o",
		Ellipsis: "~", Full: "#", Empty: "-", Arrow: "->", Bullet: "*", Dashed: "-", Steps: "_.:-=+*#", Here: "^",
	}
}
