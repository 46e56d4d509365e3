package charter

import "log/slog"

// A retry is news for who debugs; a restriction that failed is a fault of the
// host's that nobody else is told about.
const (
	levelRetry       = slog.LevelDebug
	levelRestriction = slog.LevelError
)

func attrOperation(operation string) slog.Attr { return slog.String("operation", operation) }
func attrAttempt(attempt int) slog.Attr        { return slog.Int("attempt", attempt) }
