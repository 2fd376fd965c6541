package widget

const (
	// Wide is from which width on panes stand side by side.
	Wide = 100
	// Roomy is from which width on three panes do.
	Roomy = 160
	// Low is below which height only one of them is shown.
	Low = 8
)

// Point is a place on the screen, counted from 0.
type Point struct{ X, Y int }

// Pane draws exactly h lines of w columns, and says where its cursor is.
type Pane func(w, h int) ([]string, Point)

// Stacked draws two panes one above the other, the first one top rows high, which
// may be none.
func Stacked(w, h, top int, second bool, a, b Pane) ([]string, Point) {
	var x []string
	var at Point
	if top > 0 {
		x, at = a(w, top)
	}
	y, at2 := b(w, h-top)
	if second {
		at = Point{X: at2.X, Y: at2.Y + top}
	}
	return append(x, y...), at
}
