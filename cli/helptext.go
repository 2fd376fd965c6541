package cli

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// section is a part of a Markdown text, with its title, up to the next one of its level.
func section(text, title string) string {
	m := regexp.MustCompile(`(?m)^(##+) ` + regexp.QuoteMeta(title) + `$`).FindStringSubmatchIndex(text)
	if m == nil {
		return ""
	}
	body := text[m[1]:]
	for _, level := range []string{"## ", "### "}[:m[3]-m[2]-1] {
		if at := strings.Index(body, "\n"+level); at >= 0 {
			body = body[:at]
		}
	}
	return title + "\n" + strings.TrimRight(body, "\n")
}

// plainText shows Markdown to people: tables as lists, without quotes and links.
func plainText(text string) string {
	var out []string
	var paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			out = append(out, wrap(plainWords(strings.Join(paragraph, " ")), 0, helpWidth))
			paragraph = nil
		}
	}
	code := false
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			flush()
			code = !code
		case code:
			out = append(out, "    "+line)
		case strings.HasPrefix(line, "|"):
			flush()
			if row := tableRow(line); row != "" {
				out = append(out, row)
			}
		case strings.TrimSpace(line) == "":
			flush()
			out = append(out, "")
		case strings.HasPrefix(line, "#"):
			flush()
			out = append(out, strings.TrimLeft(line, "# "))
		default:
			paragraph = append(paragraph, line)
		}
	}
	flush()
	return strings.Join(out, "\n")
}

// tableRow shows a row as its first cell, and the others below it; "" is that of a head.
func tableRow(line string) string {
	line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00")
	cells := strings.Split(line, "|")
	head := strings.Trim(cells[0], " -") == "" || strings.TrimSpace(cells[len(cells)-1]) == "meaning" || strings.TrimSpace(cells[len(cells)-1]) == "means"
	if head && !strings.Contains(cells[0], "`") {
		return ""
	}
	var rest []string
	for _, c := range cells[1:] {
		if c = strings.TrimSpace(c); c != "" {
			rest = append(rest, c)
		}
	}
	text := "  " + plainWords(strings.TrimSpace(cells[0])) + "\n" + wrap(plainWords(strings.Join(rest, ", ")), 6, helpWidth)
	return strings.ReplaceAll(text, "\x00", "|")
}

// plainWords takes away what Markdown puts around words.
func plainWords(text string) string {
	text = regexp.MustCompile(`\[([^\]]+)\]\([^)]+\)`).ReplaceAllString(text, "$1")
	return strings.NewReplacer("**", "", "`", "").Replace(text)
}

// wrap breaks a text into lines between words, each after so many blanks.
func wrap(text string, indent, width int) string {
	blanks := strings.Repeat(" ", indent)
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case indent+utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return blanks + strings.Join(lines, "\n"+blanks)
}
