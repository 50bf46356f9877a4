"""What pages are made of: lists, details, dialogs, forms, charts."""
