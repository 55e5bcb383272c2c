package spool

// Hold keeps the records from a position on until the holder of that name holds
// from a later one, or releases them. While what is held does not fit into
// [Config.Keep], Append and Check return [ErrUnavailable]; [Spool.AppendReserve]
// goes on for a while.
func (s *Spool) Hold(holder string, from Position) {
	s.mu.Lock()
	s.holds[holder] = from.Segment
	s.mu.Unlock()
	s.moved.Store(true)
	s.poke()
}

// Release has the holder hold nothing.
func (s *Spool) Release(holder string) {
	s.mu.Lock()
	delete(s.holds, holder)
	s.mu.Unlock()
	s.moved.Store(true)
	s.poke()
}

// Dir is the directory of the spool, for [Read].
func (s *Spool) Dir() string { return s.cfg.Dir }
