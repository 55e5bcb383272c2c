package iamapi

// Tag is a label of a user, role, policy, profile, provider or device.
type Tag struct {
	Key   string `q:"required,len=1..128,pattern=tag-key"`
	Value string `q:"required,len=..256,pattern=tag-value,keep"`
}
