"""The mail about alerts, from plain values to a subject, a text and an HTML part in the reader's language.

Everything said is said once, as `Section`s; the templates only lay it out. A brief mail carries rule,
severity, code and link and nothing else, because mail is a postcard.
"""
