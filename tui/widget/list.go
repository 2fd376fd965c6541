package widget

// List is a cursor in a list of any length, of which only a window is drawn.
type List struct {
	Cursor, Top int
	n, height   int
}

// Set says how long the list is and how many rows of it can be seen.
func (l *List) Set(n, height int) {
	l.n, l.height = n, max(height, 0)
	l.clamp()
}

// SetLen says how long the list is; the height stays what it was drawn with.
func (l *List) SetLen(n int) { l.Set(n, l.height) }

// Len is the length of the list.
func (l *List) Len() int { return l.n }

// To moves the cursor to a row.
func (l *List) To(i int) {
	l.Cursor = i
	l.clamp()
}

// Window is the range of rows to draw.
func (l *List) Window() (from, to int) { return l.Top, min(l.Top+l.height, l.n) }

// Do moves the cursor, and reports whether the action was one that does.
func (l *List) Do(a Action) bool {
	page := max(l.height-1, 1)
	switch a {
	case Up:
		l.Cursor--
	case Down:
		l.Cursor++
	case PageUp:
		l.Cursor -= page
	case PageDown:
		l.Cursor += page
	case First:
		l.Cursor = 0
	case Last:
		l.Cursor = l.n - 1
	default:
		return false
	}
	l.clamp()
	return true
}

func (l *List) clamp() {
	l.Cursor = max(min(l.Cursor, l.n-1), 0)
	if l.height == 0 { // not drawn yet
		return
	}
	if l.Cursor < l.Top {
		l.Top = l.Cursor
	}
	if l.Cursor >= l.Top+l.height {
		l.Top = l.Cursor - l.height + 1
	}
	l.Top = max(min(l.Top, l.n-l.height), 0)
}
