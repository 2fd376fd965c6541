package enrol

// Loop is what runs on hosts.
const Loop = loop
