"""What happened as files for analysts: Parquet, CSV, JSON lines."""
