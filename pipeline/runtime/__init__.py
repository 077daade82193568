"""What runs the pipeline on one machine: Airflow's environment, a process supervisor, services, reports, checks."""
