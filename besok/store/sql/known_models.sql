-- What devices said they are, in their own messages.
select source, external_id, heard_model from device where heard_model <> ''
