// Package iamapi holds the inputs and outputs of IAM, version 2010-05-08, as
// the wire has them: a struct for what each action takes, one for what it
// answers, and the structures inside.
//
// An input's tags are the constraints of the service model (see package query):
//
//	type GetRoleInput struct {
//		RoleName string `q:"required,len=1..64,pattern=name"`
//	}
//
// A parameter is a pointer when its absence and its zero value differ. Most
// strings need none, since the empty string breaks their constraints; so after
// decoding, "" says absent. An action without parameters has no input struct,
// one that answers nothing has query.NoResult for its output.
//
// In an output a nil list or pointer, an empty string and the zero time are
// left out; lists that the real service always prints are marked keep and are
// printed when nil too. Documents of policies are plain text here; their type
// has them percent-encoded on the wire.
//
// There is no behaviour here and nothing about storage. That the shapes are
// those of the model is tested against the model itself, in package apimodel.
package iamapi
