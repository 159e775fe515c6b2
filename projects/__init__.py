"""Project portfolio, calls and applications, co-funding decisions, results. No model yet."""
