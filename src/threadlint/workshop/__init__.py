"""Tools for those who build threadlint: the marks of fixtures, new rules, fresh documents, surveys of real projects."""
