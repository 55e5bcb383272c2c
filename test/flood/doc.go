// Package flood holds the tests of what strangers may cost: floods of bad
// requests beside good callers, the bounds one by one, and a soak. They run the
// built binary, with load from processes of their own.
//
// DAYPASS_FLOOD=1 measures how much each kind of flood slows 64 good callers,
// prints a table, and fails above half. DAYPASS_SOAK=10m lets the soak last that
// long. Without them both are short and only their bounds are checked.
package flood
