package server

import "testing"

func TestTheLogRepeatsNoValuesOfParameters(t *testing.T) {
	got := clip(withoutValues("2 validation errors detected: Value '12345' at 'tokenCode' failed; Value null at 'roleArn' failed"))
	if want := "2 validation errors detected: Value at 'tokenCode' failed; Value null at 'roleArn' failed"; got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
}
