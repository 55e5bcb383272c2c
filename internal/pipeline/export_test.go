package pipeline

// WithoutRecords has the pipeline record nothing, for the benchmark of what
// records cost.
func (p *Pipeline) WithoutRecords(without bool) { p.unrecorded = without }
