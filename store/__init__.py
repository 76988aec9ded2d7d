"""PostgreSQL and media: tables, repositories, transactions."""
