package spec

// Piece is a part of a file that is handed over to an agent. The file travels packed by gzip, in
// pieces, one after the other.
type Piece struct {
	Digest string `json:"digest"`         // of the file: SHA-256, in hexadecimal digits
	At     int    `json:"at,omitempty"`   // how many packed bytes come before
	Data   string `json:"data,omitempty"` // packed bytes, in base64; with none it is a question
}
