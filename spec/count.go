package spec

import "fmt"

// Count writes a number of things: "1 host", "2 hosts".
func Count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// CountOf is "1 of 2 steps", "1 of 1 step".
func CountOf(n, all int, one, more string) string {
	return fmt.Sprintf("%d of %s", n, Count(all, one, more))
}
