"""Years of news past one machine: articles in files to reports in Parquet, by any engine that can map a function."""
