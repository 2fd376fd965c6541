// Package disco says to any client of a master what an agent is: Service Discovery
// (XEP-0030: identity and features, and the list of commands of XEP-0050), Software
// Version (XEP-0092) and Entity Time (XEP-0202).
//
// A Server answers in the goroutine of who asks it, and starts none.
package disco
