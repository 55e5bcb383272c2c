package trailapi

// Tag is a label of a trail.
type Tag struct {
	Key   string `q:"required,len=1..128"`
	Value string `q:"len=1..256"`
}

// AddTagsInput adds tags to a trail, or gives those that it has other values.
type AddTagsInput struct {
	ResourceId string `q:"required"`
	TagsList   []Tag  `q:"required,items=..200"`
}

// AddTagsOutput is empty.
type AddTagsOutput struct{}

// RemoveTagsInput takes tags from a trail, by their keys.
type RemoveTagsInput struct {
	ResourceId string `q:"required"`
	TagsList   []Tag  `q:"required,items=..200"`
}

// RemoveTagsOutput is empty.
type RemoveTagsOutput struct{}

// ListTagsInput asks for the tags of trails.
type ListTagsInput struct {
	ResourceIdList []string `q:"required"`
	NextToken      string
}

// ListTagsOutput are the tags of trails.
type ListTagsOutput struct {
	ResourceTagList []ResourceTag
	NextToken       string
}

// ResourceTag are the tags of one trail.
type ResourceTag struct {
	ResourceId string
	TagsList   []Tag `q:"keep"`
}
