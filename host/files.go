package host

import "github.com/armonic/armonic/host/view"

// Files are those of this machine.
func (h *Host) Files() view.View { return view.Real{} }
